using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Feed;

/// <summary>The feed's twin in memory: any number of subscribers, a connection that can be cut and a server that can be down.</summary>
public sealed class InMemoryFeed(TimeProvider time) : IFeed
{
    private readonly ConcurrentDictionary<Subscription, bool> _subscriptions = new();

    public bool IsDown { get; set; }

    public int Attempts => _attempts;

    public int Subscribers => _subscriptions.Count;

    private int _attempts;

    public ValueTask<IFeedSubscription> SubscribeAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref _attempts);
        if (IsDown) throw new FeedUnavailableException("the feed is down");
        var subscription = new Subscription(this);
        _subscriptions[subscription] = true;
        return ValueTask.FromResult<IFeedSubscription>(subscription);
    }

    public void Publish(string channel, string json) => Publish(channel, Encoding.UTF8.GetBytes(json));

    public void Publish(string channel, byte[] payload)
    {
        var message = new FeedMessage(channel, payload, (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        foreach (var subscription in _subscriptions.Keys) subscription.Channel.Writer.TryWrite(message);
    }

    /// <summary>Every connection breaks; new ones are refused until <see cref="IsDown"/> is false.</summary>
    public void GoDown()
    {
        IsDown = true;
        Cut();
    }

    /// <summary>Every connection breaks.</summary>
    public void Cut()
    {
        foreach (var subscription in _subscriptions.Keys)
        {
            _subscriptions.TryRemove(subscription, out _);
            subscription.Channel.Writer.TryComplete(new FeedUnavailableException("the connection was cut"));
        }
    }

    private sealed class Subscription(InMemoryFeed feed) : IFeedSubscription
    {
        public readonly Channel<FeedMessage> Channel = System.Threading.Channels.Channel.CreateUnbounded<FeedMessage>();

        public ChannelReader<FeedMessage> Messages => Channel.Reader;

        public ValueTask DisposeAsync()
        {
            feed._subscriptions.TryRemove(this, out _);
            Channel.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }
    }
}

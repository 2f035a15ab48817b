using System.Collections.Concurrent;
using System.Text;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Feed;

/// <summary>The feed's twin in memory: any number of subscribers, a connection that can be cut and a server that can be down.</summary>
public sealed class InMemoryFeed(TimeProvider time) : IFeed
{
    private readonly ConcurrentDictionary<Action<FeedMessage>, TaskCompletionSource> _subscriptions = new();
    private int _attempts;

    public bool IsDown { get; set; }

    public int Attempts => _attempts;

    public int Subscribers => _subscriptions.Count;

    public async Task ListenAsync(Action subscribed, Action<FeedMessage> receive, CancellationToken stop)
    {
        Interlocked.Increment(ref _attempts);
        if (IsDown) throw new FeedUnavailableException("the feed is down");
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _subscriptions[receive] = end;
        subscribed();
        try
        {
            await end.Task.WaitAsync(stop);
        }
        finally
        {
            _subscriptions.TryRemove(receive, out _);
        }
    }

    public void Publish(string channel, string json) => Publish(channel, Encoding.UTF8.GetBytes(json));

    public void Publish(string channel, byte[] payload)
    {
        foreach (var receive in _subscriptions.Keys) receive(new FeedMessage(channel, payload, time.UnixMicroseconds()));
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
        foreach (var (receive, end) in _subscriptions)
        {
            _subscriptions.TryRemove(receive, out _);
            end.TrySetException(new FeedUnavailableException("the connection was cut"));
        }
    }
}

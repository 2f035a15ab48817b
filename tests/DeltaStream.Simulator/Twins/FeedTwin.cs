using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Simulator.World;

namespace DeltaStream.Simulator.Twins;

/// <summary>A node's subscription to the platform's channels. It hears itself once a second, and ends when it does not.</summary>
internal sealed class FeedTwin(SimNode node, RedisTwin redis, Random random) : IFeed
{
    private static readonly TimeSpan EchoInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EchoTimeout = TimeSpan.FromSeconds(3);

    private Subscription? _current;

    /// <summary>What the server sends to this subscription.</summary>
    public Line Down { get; } = new(node.World.Loop, random);

    public Task ListenAsync(Action subscribed, Action<FeedMessage> receive, CancellationToken stop)
    {
        var subscription = new Subscription(this, receive);
        stop.Register(() => subscription.End(null));
        _ = subscription.BeginAsync(subscribed, stop);
        return subscription.Ended;
    }

    /// <summary>The server sends a message. What is under way to a subscription that has ended since is lost.</summary>
    public void Deliver(string channel, ReadOnlyMemory<byte> payload) => Down.Send(() => node.Lane.Do(() =>
        _current?.Receive(new FeedMessage(channel, payload, node.RedisClock.UnixMicroseconds()))));

    public void ConnectionLost()
    {
        var lost = _current;
        _current = null;
        Down.Break();
        node.World.Loop.After(TimeSpan.FromMilliseconds(1), () => node.Lane.Do(() => lost?.End("connection to Redis lost")));
    }

    private sealed class Subscription(FeedTwin feed, Action<FeedMessage> receive)
    {
        // Without asynchronous continuations, so that its end is handled on the loop.
        private readonly TaskCompletionSource _ended = new();
        private ITimer? _echoes;
        private int _missing;
        private TimeSpan _waitingSince;

        public Task Ended => _ended.Task;

        public void Receive(FeedMessage message) => receive(message);

        public async Task BeginAsync(Action subscribed, CancellationToken stop)
        {
            try
            {
                await feed.Line.RunAsync(() =>
                {
                    // From here on the new subscription gets what is published, and the former one gets nothing more.
                    feed.Server.Unsubscribe(feed);
                    feed.Server.Subscribe(feed);
                    return true;
                }, stop);
                await feed.Node.AskTimeAsync(stop);
            }
            catch (Exception e) when (e is FeedUnavailableException or OperationCanceledException)
            {
                End(e.Message);
                return;
            }

            if (_ended.Task.IsCompleted) return;
            feed._current = this;
            subscribed();
            _waitingSince = feed.Node.World.Loop.Now;
            _echoes = feed.Node.Clock.CreateTimer(_ => Echo(), null, EchoInterval, EchoInterval);
        }

        public void End(string? reason)
        {
            _echoes?.Dispose();
            if (reason is null)
            {
                if (feed._current == this) feed._current = null;
                _ended.TrySetCanceled();
            }
            else
            {
                _ended.TrySetException(new FeedUnavailableException(reason));
            }
        }

        private void Echo()
        {
            var now = feed.Node.World.Loop.Now;
            if (_missing >= 3 && now - _waitingSince > EchoTimeout)
            {
                // It goes on receiving until there is another.
                End("the subscription delivers nothing");
                return;
            }

            if (_missing++ == 0) _waitingSince = now;
            feed.Line.Up.Send(() => feed.Server.Handle(() =>
            {
                if (feed.Server.IsUp && !feed.Server.IsDeaf) feed.Down.Send(() => feed.Node.Lane.Do(() => _missing = 0));
            }));
        }
    }

    private SimNode Node => node;

    private RedisTwin Server => redis;

    private RedisLine Line => node.RedisLine;
}

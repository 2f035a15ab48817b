using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Settings;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// The platform's channels as a feed. Every subscription has a connection of its own and lives as long as it: what is
/// published while a connection is away is lost, so its end must be seen, not healed in silence.
/// </summary>
/// <param name="settings">How the node talks to Redis.</param>
/// <param name="url">Where it is.</param>
/// <param name="login">Logs in on each connection.</param>
/// <param name="maxMessageBytes">The largest message that is let through.</param>
/// <param name="time">The clock of receipts and echoes.</param>
/// <param name="onOverflow">Called each time messages come faster than the bridge takes them, and begin to conflate before it.</param>
internal sealed class RedisFeed(RedisSettings settings, RedisUrl url, RedisLogin login, int maxMessageBytes, TimeProvider time, Action onOverflow) : IFeed
{
    public async ValueTask<IFeedSubscription> SubscribeAsync(CancellationToken cancellation)
    {
        ConnectionMultiplexer? multiplexer = null;
        var tunnel = new RedisTunnel(url, settings.CommandTimeout, login);
        try
        {
            var options = RedisOptions.Once(url, settings.CommandTimeout, tunnel, "deltastream-feed");
            multiplexer = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(cancellation);
            var subscription = new RedisFeedSubscription(multiplexer, settings, maxMessageBytes, time, onOverflow);
            await subscription.StartAsync(cancellation);
            return subscription;
        }
        catch (Exception e) when (RedisConnection.IsFailure(e))
        {
            if (multiplexer is not null) await multiplexer.DisposeAsync();
            // The client library says only that it could not connect.
            throw new FeedUnavailableException(tunnel.Refusal ?? RedisConnection.Describe(e), e);
        }
        catch (OperationCanceledException)
        {
            if (multiplexer is not null) await multiplexer.DisposeAsync();
            throw;
        }
    }
}

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
/// <param name="time">The clock of receipts and echoes.</param>
internal sealed class RedisFeed(RedisSettings settings, RedisUrl url, RedisLogin login, TimeProvider time) : IFeed
{
    public async Task ListenAsync(Action subscribed, Action<FeedMessage> receive, CancellationToken stop)
    {
        ConnectionMultiplexer? multiplexer = null;
        var tunnel = new RedisTunnel(url, settings.CommandTimeout, login);
        try
        {
            var options = RedisOptions.Once(url, settings.CommandTimeout, tunnel, "deltastream-feed");
            multiplexer = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(stop);
            await new RedisFeedSubscription(multiplexer, settings, time).RunAsync(subscribed, receive, stop);
        }
        catch (Exception e) when (RedisConnection.IsFailure(e))
        {
            // The client library says only that it could not connect.
            throw new FeedUnavailableException(tunnel.Refusal ?? RedisConnection.Describe(e), e);
        }
        finally
        {
            if (multiplexer is not null) await CloseAsync(multiplexer);
        }
    }

    private static async Task CloseAsync(ConnectionMultiplexer multiplexer)
    {
        try
        {
            // Closed without waiting for commands: after a loss there is nobody to answer them.
            await multiplexer.CloseAsync(allowCommandsToComplete: false);
            await multiplexer.DisposeAsync();
        }
        catch (Exception e) when (RedisConnection.IsFailure(e))
        {
            // It is gone either way.
        }
    }
}

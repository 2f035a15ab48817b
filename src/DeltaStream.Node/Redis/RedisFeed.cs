using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Settings;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// The platform's channels as a feed. Every subscription has its own connection and ends with it. Messages published while a
/// connection is down are lost, so the subscriber must see the loss; a silent reconnect would hide it.
/// </summary>
/// <param name="settings">The timeouts and intervals.</param>
/// <param name="url">The address of Redis.</param>
/// <param name="login">Logs in on each connection.</param>
/// <param name="clock">Stamps receipts in Redis's time.</param>
/// <param name="refusals">Is told whether Redis refuses the subscription.</param>
internal sealed class RedisFeed(RedisSettings settings, RedisUrl url, RedisLogin login, RedisClock clock, RefusalWatch? refusals = null) : IFeed
{
    private const string Command = "Subscribe";

    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(1);

    public async Task ListenAsync(Action subscribed, Action<FeedMessage> receive, CancellationToken stop)
    {
        ConnectionMultiplexer? multiplexer = null;
        var tunnel = new RedisTunnel(url, settings.CommandTimeout, login);
        try
        {
            var options = RedisOptions.Once(url, settings.CommandTimeout, tunnel, "deltastream-feed");
            multiplexer = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(stop);
            await new RedisFeedSubscription(multiplexer, settings, clock).RunAsync(Subscribed, receive, stop);
        }
        catch (Exception e) when (RedisConnection.IsFailure(e))
        {
            // The client library reports only that it could not connect.
            throw new FeedUnavailableException(tunnel.Refusal ?? await ReasonAsync(e, stop), e);
        }
        finally
        {
            if (multiplexer is not null) await CloseAsync(multiplexer);
        }

        void Subscribed()
        {
            refusals?.Succeeded(Command, RedisProof.Itself);
            subscribed();
        }
    }

    /// <summary>Why there is no subscription, in Redis's own words where it answers.</summary>
    private async Task<string> ReasonAsync(Exception failure, CancellationToken stop)
    {
        var refusal = RedisRefusal.In(failure);
        if (refusal is null && failure is RedisConnectionException && !url.Tls && await RedisProbe.AskAsync(url.Host, url.Port, ProbeTimeout, stop) is { } answer)
            refusal = RedisRefusal.Of(answer);
        if (refusal is null) return RedisConnection.Describe(failure);
        refusals?.Refused(Command, refusal);
        return refusal.Cause == RefusalCause.Timeout ? RedisConnection.Describe(failure) : "Redis refused: " + refusal.Text;
    }

    private static async Task CloseAsync(ConnectionMultiplexer multiplexer)
    {
        try
        {
            // Does not wait for commands: after a connection loss they get no reply.
            await multiplexer.CloseAsync(allowCommandsToComplete: false);
            await multiplexer.DisposeAsync();
        }
        catch (Exception e) when (RedisConnection.IsFailure(e))
        {
            // The connection is down in either case.
        }
    }
}

using DeltaStream.Actors.Clocks;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Settings;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>
/// The platform's channels as a feed. Every subscription has its own link and ends with it. Messages published while a connection
/// is down are lost, so the subscriber must see the loss; a silent reconnect would hide it. A subscription that is only deaf goes
/// on receiving until a new one has heard itself: a Redis that was frozen may still deliver to it.
/// </summary>
/// <param name="settings">The timeouts, the intervals and the names of the channels.</param>
/// <param name="dialer">Makes the links.</param>
/// <param name="clock">Stamps receipts in Redis's time.</param>
/// <param name="refusals">Is told whether Redis refuses the subscription.</param>
internal sealed class RedisFeed(RedisSettings settings, RedisDialer dialer, RedisClock clock, RefusalWatch? refusals = null) : IFeed, IAsyncDisposable
{
    private const string Command = "Subscribe";

    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(1);

    private readonly FeedChannels _channels = new(settings.ChannelPrefix);
    private RedisFeedSubscription? _former;

    public string Channels => _channels.Pattern;

    public async Task ListenAsync(Action subscribed, Action<FeedMessage> receive, CancellationToken stop)
    {
        var current = await ReplaceAsync(Interlocked.Exchange(ref _former, null), receive, stop);
        try
        {
            subscribed();
            while (true)
            {
                await current.WatchAsync(stop);
                // The watch ends without a failure when there is another primary.
                current = await ReplaceAsync(current, receive, stop);
            }
        }
        catch (Exception e)
        {
            if (e is FeedUnavailableException && !current.IsLost) await KeepAsync(current);
            else await current.DisposeAsync();
            throw;
        }
    }

    /// <summary>Why there is no subscription: Redis's own error text, if it answers.</summary>
    private async Task<string> ReasonAsync(Exception failure, CancellationToken stop)
    {
        var refusal = RedisRefusal.In(failure);
        if (refusal is null && dialer.Probed is { } host && HasNoConnection(failure) && await RedisProbe.AskAsync(host.Name, host.Port, ProbeTimeout, stop) is { } answer)
            refusal = RedisRefusal.Of(answer);
        if (refusal is null) return RedisConnection.Describe(failure);
        refusals?.Refused(Command, refusal);
        return refusal.Cause == RefusalCause.Timeout ? RedisConnection.Describe(failure) : "Redis refused: " + refusal.Text;
    }

    public async ValueTask DisposeAsync() => await KeepAsync(null);

    /// <summary>Subscribes, and lets the former subscription end without a gap or a repeat. A failure leaves the former as it is.</summary>
    private async Task<RedisFeedSubscription> ReplaceAsync(RedisFeedSubscription? former, Action<FeedMessage> receive, CancellationToken stop)
    {
        RedisFeedSubscription? next = null;
        try
        {
            former?.BeginOverlap();
            var link = await dialer.DialAsync(RedisDialer.FeedName, stop);
            next = new RedisFeedSubscription(link, settings, _channels, clock, dialer.HasOthers && !link.IsCluster);
            await next.SubscribeAsync(stop);
            var delivered = former is null ? [] : await former.EndAsync(link, stop);
            await next.BeginAsync(delivered, receive, stop);
            if (former is not null) await former.DisposeAsync();
            refusals?.Succeeded(Command, RedisProof.Itself);
            return next;
        }
        catch (Exception e)
        {
            if (next is not null) await next.DisposeAsync();
            if (!stop.IsCancellationRequested) await KeepAsync(former);
            else if (former is not null) await former.DisposeAsync();
            if (RedisConnection.IsFailure(e) || e is FeedUnavailableException) throw new FeedUnavailableException(await ReasonAsync(e, stop), e);
            throw;
        }
    }

    private static bool HasNoConnection(Exception failure) =>
        failure is RedisConnectionException || failure.InnerException is RedisConnectionException;

    private async Task KeepAsync(RedisFeedSubscription? subscription)
    {
        if (Interlocked.Exchange(ref _former, subscription) is { } replaced && replaced != subscription) await replaced.DisposeAsync();
    }
}

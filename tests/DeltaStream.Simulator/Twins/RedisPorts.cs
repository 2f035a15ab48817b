using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Simulator.World;

namespace DeltaStream.Simulator.Twins;

/// <summary>The stores of one node: each call is a request to the twin of Redis.</summary>
internal sealed class RedisPorts(SimNode node, RedisTwin redis) : ILeaseStore, ILatestStore, ISessionStore
{
    private RedisLine Line => node.RedisLine;

    public ValueTask<LeaseAnswer> TryAcquireAsync(string owner, TimeSpan ttl, long epochFloor, CancellationToken cancellation) =>
        Line.RunAsync(() => redis.TryAcquire(owner, ttl, epochFloor), cancellation);

    public ValueTask<LeaseRenewal> RenewAsync(string owner, long epoch, TimeSpan ttl, CancellationToken cancellation) =>
        Line.RunAsync(() => redis.Renew(owner, epoch, ttl), cancellation);

    public async ValueTask ReleaseAsync(string owner, long epoch, CancellationToken cancellation) =>
        await Line.RunAsync(() => redis.Release(owner, epoch), cancellation);

    public async ValueTask<IReadOnlyList<MarketUpdate>> ReadAsync(IReadOnlyCollection<ConflationKey> keys, CancellationToken cancellation)
    {
        await EnsureTimeAsync(cancellation);
        var now = node.RedisClock.UnixMicroseconds();
        return [.. (await Line.RunAsync(() => redis.Read(keys), cancellation)).Where(update => update.IsLiveAt(now))];
    }

    public async ValueTask<IReadOnlyList<LatestEntry>> ReadIndexAsync(CancellationToken cancellation)
    {
        await EnsureTimeAsync(cancellation);
        return await Line.RunAsync(redis.ReadIndex, cancellation);
    }

    public async ValueTask<bool> WriteAsync(IReadOnlyCollection<MarketUpdate> updates, CancellationToken cancellation)
    {
        await EnsureTimeAsync(cancellation);
        var now = node.RedisClock.UnixMicroseconds();
        var live = updates.Where(update => update.IsLiveAt(now)).ToArray();
        return await Line.RunAsync(() => redis.Write(live), cancellation);
    }

    public ValueTask<IReadOnlyList<SessionWriteResult>> WriteAsync(IReadOnlyList<SessionWrite> writes, TimeSpan life, CancellationToken cancellation) =>
        Line.RunAsync(() => redis.Write(writes, life), cancellation);

    public ValueTask<SessionClaim> ClaimAsync(string key, string holder, string? gone, TimeSpan life, CancellationToken cancellation) =>
        Line.RunAsync(() => redis.Claim(key, holder, gone, life), cancellation);

    private ValueTask EnsureTimeAsync(CancellationToken cancellation) => node.RedisClock.IsSet ? ValueTask.CompletedTask : node.AskTimeAsync(cancellation);
}

using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Redis;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Redis;

/// <summary>The lease at a real redis-server that refuses writes.</summary>
public sealed class RefusedLeaseSpecs(RedisServerBackend backend) : IClassFixture<RedisServerBackend>, IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly RedisConnection _connection = backend.Connect();

    private RedisLeaseStore Store => new(_connection, RedisKeys.BridgeLease, RedisKeys.BridgeEpoch);

    public async Task InitializeAsync() => await backend.ExecuteAsync("FLUSHALL");

    public async Task DisposeAsync()
    {
        await backend.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await backend.ExecuteAsync("CONFIG", "SET", "min-replicas-to-write", "0");
        await backend.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task A_refused_renewal_says_how_long_the_lease_holds_and_whether_it_is_expired_or_taken()
    {
        var epoch = (await Store.TryAcquireAsync("a", Long, 0, default)).Grant!.Value.Epoch;
        await backend.ExecuteAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        var (result, left) = await Store.RenewAsync("a", epoch, Long, default);
        Assert.Equal(LeaseRenewalResult.Refused, result);
        Assert.InRange(left, TimeSpan.FromSeconds(1), Long);
        Assert.Equal(LeaseRenewalResult.Lost, (await Store.RenewAsync("b", epoch, Long, default)).Result);

        await Eventually.True(async () => await ExpireAsync(), "the lease expires");
        await backend.ExecuteAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        Assert.Equal(new LeaseRenewal(LeaseRenewalResult.Refused), await Store.RenewAsync("a", epoch, Long, default));
        Assert.Equal(LeaseRenewalResult.Lost, (await Store.RenewAsync("a", epoch - 1, Long, default)).Result);
        await Assert.ThrowsAsync<FeedUnavailableException>(async () => await Store.TryAcquireAsync("b", Long, 0, default));
    }

    [Fact]
    public async Task Where_memory_is_short_a_lease_is_renewed_and_an_expired_one_is_refused()
    {
        var epoch = (await Store.TryAcquireAsync("a", Long, 0, default)).Grant!.Value.Epoch;
        await backend.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");
        Assert.Equal(LeaseRenewalResult.Renewed, (await Store.RenewAsync("a", epoch, Long, default)).Result);
        await backend.ExecuteAsync("DEL", "deltastream:bridge:lease");
        Assert.Equal(new LeaseRenewal(LeaseRenewalResult.Refused), await Store.RenewAsync("a", epoch, Long, default));
    }

    [Fact]
    public async Task A_replica_is_not_a_Redis_that_only_refuses_writes()
    {
        var epoch = (await Store.TryAcquireAsync("a", Long, 0, default)).Grant!.Value.Epoch;
        await backend.ExecuteAsync("REPLICAOF", "127.0.0.1", "1");
        var failure = await Assert.ThrowsAsync<FeedUnavailableException>(async () => await Store.RenewAsync("a", epoch, Long, default));
        Assert.Contains("READONLY", failure.Message);
    }

    private async Task<bool> ExpireAsync()
    {
        await backend.ExecuteAsync("CONFIG", "SET", "min-replicas-to-write", "0");
        return await backend.ExecuteAsync("DEL", "deltastream:bridge:lease") == "1";
    }
}

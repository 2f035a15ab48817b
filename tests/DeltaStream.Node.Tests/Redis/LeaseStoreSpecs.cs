using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Redis;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Redis;

public sealed class LeaseStoreOnRedisServerSpecs(RedisServerBackend backend) : LeaseStoreSpecs<RedisServerBackend>(backend);

public sealed class LeaseStoreOnEmbeddedServerSpecs(EmbeddedBackend backend) : LeaseStoreSpecs<EmbeddedBackend>(backend);

/// <summary>Each branch of the lease's scripts, on each server they must run on.</summary>
public abstract class LeaseStoreSpecs<TBackend>(TBackend backend) : IClassFixture<TBackend>, IAsyncLifetime
    where TBackend : RedisBackend
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly RedisConnection _connection = backend.Connect();

    private static LeaseRenewal Lost => new(LeaseRenewalResult.Lost);

    private RedisLeaseStore Store => new(_connection, RedisKeys.BridgeLease, RedisKeys.BridgeEpoch);

    private static long NowMilliseconds => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public async Task InitializeAsync() => await backend.ExecuteAsync("FLUSHALL");

    public async Task DisposeAsync() => await _connection.DisposeAsync();

    [Fact]
    public async Task The_first_grant_has_an_epoch_above_the_servers_time()
    {
        var before = NowMilliseconds;
        var (epoch, epochBefore) = (await Store.TryAcquireAsync("a", Long, 0, default)).Grant!.Value;
        Assert.True(epoch > before);
        Assert.Equal(0, epochBefore);
        Assert.Equal($"{epoch}", await backend.ExecuteAsync("GET", "deltastream:epoch:{deltastream:bridge:lease}"));
        Assert.Equal($"a:{epoch}", await backend.ExecuteAsync("GET", "deltastream:bridge:lease"));
    }

    [Fact]
    public async Task A_held_lease_is_granted_to_no_other_owner()
    {
        Assert.NotNull((await Store.TryAcquireAsync("a", Long, 0, default)).Grant);
        Assert.Null((await Store.TryAcquireAsync("b", Long, 0, default)).Grant);
        Assert.Null((await Store.TryAcquireAsync("a", Long, 0, default)).Grant);
    }

    [Fact]
    public async Task A_refused_request_learns_how_long_the_lease_is_held_at_least()
    {
        Assert.Equal(TimeSpan.Zero, (await Store.TryAcquireAsync("a", TimeSpan.FromSeconds(3), 0, default)).FreeIn);
        var (_, freeIn) = await Store.TryAcquireAsync("b", Long, 0, default);
        Assert.InRange(freeIn, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(3.1));
        await Task.Delay(freeIn);
        await Eventually.True(async () => (await Store.TryAcquireAsync("b", Long, 0, default)).Grant is not null, "the lease is free");
    }

    [Theory]
    [InlineData("deltastream:bridge:lease", "has no expiry")]
    [InlineData("deltastream:epoch:{deltastream:bridge:lease}", "is not a number")]
    public async Task A_key_that_no_gateway_has_written_is_named_and_not_taken_for_a_free_lease(string key, string fault)
    {
        await backend.ExecuteAsync("SET", key, "somebody");
        var failure = await Assert.ThrowsAsync<FeedUnavailableException>(async () => await Store.TryAcquireAsync("a", Long, 0, default));
        Assert.Contains($"GARBAGE {key} {fault}", failure.Message);
    }

    [Fact]
    public async Task An_expired_lease_goes_to_the_next_owner_with_a_greater_epoch()
    {
        var first = await AcquireAsync("a", TimeSpan.FromMilliseconds(50));
        LeaseGrant? second = null;
        await Eventually.True(async () => (second = (await Store.TryAcquireAsync("b", Long, 0, default)).Grant) is not null, "the lease expires");
        Assert.True(second!.Value.Epoch > first);
        Assert.Equal(first, second.Value.EpochBefore);
    }

    [Fact]
    public async Task A_new_epoch_is_above_the_highest_epoch_seen_in_the_cluster()
    {
        var floor = NowMilliseconds + 3_600_000;
        Assert.Equal(floor + 1, await AcquireAsync("a", Long, floor));
    }

    [Fact]
    public async Task A_new_epoch_is_above_a_stored_epoch_that_is_ahead_of_the_clock()
    {
        var stored = NowMilliseconds + 3_600_000;
        await backend.ExecuteAsync("SET", "deltastream:epoch:{deltastream:bridge:lease}", $"{stored}");
        Assert.Equal(new LeaseGrant(stored + 1, stored), (await Store.TryAcquireAsync("a", Long, 0, default)).Grant);
    }

    [Fact]
    public async Task After_a_flush_the_holder_loses_the_lease_and_the_epoch_does_not_go_back()
    {
        var first = await AcquireAsync("a", Long);
        await backend.ExecuteAsync("FLUSHALL");
        Assert.Equal(Lost, await Store.RenewAsync("a", first, Long, default));
        var second = (await Store.TryAcquireAsync("b", Long, first, default)).Grant!.Value;
        Assert.True(second.Epoch > first);
        Assert.Equal(0, second.EpochBefore);
    }

    [Fact]
    public async Task A_server_that_comes_back_empty_takes_the_scripts_again_and_the_epoch_does_not_go_back()
    {
        var first = await AcquireAsync("a", Long);
        await backend.RestartEmptyAsync();
        await Eventually.True(async () =>
        {
            try
            {
                return await Store.RenewAsync("a", first, Long, default) == Lost;
            }
            catch (FeedUnavailableException)
            {
                return false;
            }
        }, "the store answers again");
        // The floor is unknown to a node that starts only now: the server's time alone must do.
        Assert.True(await AcquireAsync("b", Long) > first);
    }

    [Fact]
    public async Task Renewal_prolongs_the_lease_of_its_owner_only()
    {
        var epoch = await AcquireAsync("a", TimeSpan.FromSeconds(5));
        Assert.Equal(new LeaseRenewal(LeaseRenewalResult.Renewed), await Store.RenewAsync("a", epoch, TimeSpan.FromSeconds(60), default));
        Assert.InRange(int.Parse(await backend.ExecuteAsync("PTTL", "deltastream:bridge:lease")), 50_000, 60_000);
        Assert.Equal(Lost, await Store.RenewAsync("b", epoch, Long, default));
        Assert.Equal(Lost, await Store.RenewAsync("a", epoch - 1, Long, default));
    }

    [Fact]
    public async Task An_expired_lease_is_renewed_if_nobody_was_granted_it_since()
    {
        var epoch = await AcquireAsync("a", Long);
        await backend.ExecuteAsync("DEL", "deltastream:bridge:lease");
        Assert.Equal(new LeaseRenewal(LeaseRenewalResult.Renewed), await Store.RenewAsync("a", epoch, Long, default));
        Assert.Equal($"a:{epoch}", await backend.ExecuteAsync("GET", "deltastream:bridge:lease"));

        await backend.ExecuteAsync("DEL", "deltastream:bridge:lease");
        var second = await AcquireAsync("b", Long);
        await Store.ReleaseAsync("b", second, default);
        Assert.Equal(Lost, await Store.RenewAsync("a", epoch, Long, default));
        Assert.Equal("", await backend.ExecuteAsync("GET", "deltastream:bridge:lease"));
    }

    [Fact]
    public async Task A_release_frees_the_lease_at_once_and_only_its_owner_can_release_it()
    {
        var epoch = await AcquireAsync("a", Long);
        await Store.ReleaseAsync("b", epoch, default);
        Assert.Null((await Store.TryAcquireAsync("c", Long, 0, default)).Grant);
        await Store.ReleaseAsync("a", epoch, default);
        Assert.True(await AcquireAsync("c", Long) > epoch);
    }

    [Fact]
    public async Task A_server_that_is_gone_is_a_feed_that_is_unavailable()
    {
        await backend.StopAsync();
        try
        {
            await Assert.ThrowsAsync<FeedUnavailableException>(async () => await Store.TryAcquireAsync("a", Long, 0, default));
        }
        finally
        {
            await backend.RestartEmptyAsync();
        }
    }

    private async Task<long> AcquireAsync(string owner, TimeSpan ttl, long epochFloor = 0) =>
        (await Store.TryAcquireAsync(owner, ttl, epochFloor, default)).Grant!.Value.Epoch;
}

using DeltaStream.Node.Redis;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Redis;

/// <summary>However many nodes offer to run the simulated market, one does.</summary>
public sealed class OnceInClusterSpecs(RedisServerBackend backend) : IClassFixture<RedisServerBackend>
{
    [Fact]
    public async Task Only_one_of_two_nodes_runs_the_work_and_the_other_takes_over_when_it_stops()
    {
        await using var connection = backend.Connect();
        int[] running = [0, 0];
        OnceInCluster[] nodes = [Offer(0), Offer(1)];
        await nodes[0].StartAsync(default);
        await Eventually.True(() => Volatile.Read(ref running[0]) == 1, "the first runs");
        await nodes[1].StartAsync(default);
        await Eventually.True(async () => await backend.ExecuteAsync("EXISTS", "deltastream:demo:lease") == "1", "the lease is held");
        Assert.Equal(0, Volatile.Read(ref running[1]));

        await nodes[0].StopAsync(default);
        Assert.Equal(0, Volatile.Read(ref running[0]));
        await Eventually.True(() => Volatile.Read(ref running[1]) == 1, "the second runs");
        await nodes[1].StopAsync(default);

        OnceInCluster Offer(int i) => new(connection, TimeProvider.System, async stop =>
        {
            Interlocked.Increment(ref running[i]);
            await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            Interlocked.Decrement(ref running[i]);
        });
    }

    [Fact]
    public async Task Work_that_fails_releases_the_lease_and_is_started_again()
    {
        await using var connection = backend.Connect();
        var starts = 0;
        using var node = new OnceInCluster(connection, TimeProvider.System, async stop =>
        {
            if (Interlocked.Increment(ref starts) == 1) throw new InvalidOperationException("a fault in the market");
            await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await node.StartAsync(default);
        await Eventually.True(() => Volatile.Read(ref starts) == 2, "it runs again");
        Assert.False(node.ExecuteTask!.IsCompleted);
        await node.StopAsync(default);
        Assert.Equal("0", await backend.ExecuteAsync("EXISTS", "deltastream:demo:lease"));
    }

    [Fact]
    public async Task The_work_stops_when_the_lease_is_lost_and_starts_again_with_the_next_lease()
    {
        await using var connection = backend.Connect();
        var starts = 0;
        var stops = 0;
        using var node = new OnceInCluster(connection, TimeProvider.System, async stop =>
        {
            Interlocked.Increment(ref starts);
            await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            Interlocked.Increment(ref stops);
        });
        await node.StartAsync(default);
        await Eventually.True(() => Volatile.Read(ref starts) == 1, "it runs");
        await backend.ExecuteAsync("DEL", RedisKeys.DemoLease, RedisKeys.DemoEpoch);
        await Eventually.True(() => Volatile.Read(ref stops) == 1 && Volatile.Read(ref starts) == 2, "it stopped and runs again");
        await node.StopAsync(default);
    }
}

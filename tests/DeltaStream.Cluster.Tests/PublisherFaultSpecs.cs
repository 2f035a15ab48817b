namespace DeltaStream.Cluster.Tests;

/// <summary>
/// One publisher's word, whatever happens to the publisher or to Redis: no client sees a value twice, or an older one after a
/// newer one, and the feed comes back.
/// </summary>
public sealed class PublisherFaultSpecs
{
    private static readonly string[] Products = ["NIFTY", "BANKNIFTY", "SENSEX"];
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Updates_come_once_and_in_order_over_a_paused_holder_a_flush_and_an_empty_restart_of_Redis()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var crowd = await Crowd.GatherAsync(cluster.Redis, Pace, Products, [.. cluster.Nodes]);

        await PauseHolderAsync(cluster, crowd, TimeSpan.FromSeconds(3));
        await cluster.Redis.ExecuteAsync("FLUSHALL");
        await crowd.FlowsAsync("after the flush");
        await cluster.Redis.KillAsync();
        await cluster.Redis.StartAgainAsync();
        await crowd.FlowsAsync("after the restart of Redis");
        await crowd.EndAsync();
    }

    /// <summary>Once in a cluster that has let the holder go meanwhile, once in one that has more patience and takes it back.</summary>
    [Theory]
    [InlineData("4s", "7s")]
    [InlineData("2s", "3s")]
    [Trait("Category", "Full")]
    public async Task Updates_come_once_and_in_order_over_three_pauses_of_the_holder_for_10_s(string pause, string stable)
    {
        using var hocon = HoconFile.Of($$"""akka.cluster { failure-detector.acceptable-heartbeat-pause = {{pause}}, split-brain-resolver.stable-after = {{stable}} }""");
        await using var cluster = await TestCluster.StartAsync(hocon.Variable);
        await using var crowd = await Crowd.GatherAsync(cluster.Redis, Pace, Products, [.. cluster.Nodes]);
        for (var round = 0; round < 3; round++) await PauseHolderAsync(cluster, crowd, TimeSpan.FromSeconds(10));
        await crowd.EndAsync();
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task Updates_come_once_and_in_order_over_ten_flushes_and_ten_restarts_of_Redis()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var crowd = await Crowd.GatherAsync(cluster.Redis, Pace, Products, [.. cluster.Nodes]);
        for (var round = 0; round < 10; round++)
        {
            await cluster.Redis.ExecuteAsync("FLUSHALL");
            await crowd.FlowsAsync($"after flush {round}");
            await cluster.Redis.KillAsync();
            await cluster.Redis.StartAgainAsync();
            await crowd.FlowsAsync($"after restart {round}");
        }

        await crowd.EndAsync();
    }

    /// <summary>The successor has received less than its predecessor had published when the lease ran out: it must not publish that again as new.</summary>
    [Fact]
    public async Task A_successor_whose_subscription_lags_publishes_no_older_value_as_new()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var proxy = new LagProxy(redis.Port, "deltastream-feed", TimeSpan.FromMilliseconds(400));
        await using var holder = await NodeProcess.Start(("REDIS_URL", redis.Url)).ReadyAsync();
        await Eventually.True(async () => await holder.HealthAsync("bridge") == "active", "the first bridge is active");
        (string, string?) seeds = ("CLUSTER_SEEDS", holder.Address);
        await using var witness = NodeProcess.Start(("REDIS_URL", redis.Url), ("CLUSTER_ROLES", "gateway"), seeds);
        await using var successor = NodeProcess.Start(("REDIS_URL", proxy.Url), seeds);
        foreach (var node in new[] { witness, successor }) await node.ReadyAsync();
        await Eventually.True(async () => await witness.HealthAsync("members") == "3" && await successor.HealthAsync("listener") == "up", "three members");
        await using var crowd = await Crowd.GatherAsync(redis, Pace, Products, witness, successor);
        Assert.True(proxy.Delayed > 0, "the subscription lags");
        // More than the lease lasts, and less than makes the subscription count as deaf.
        proxy.Lag = TimeSpan.FromSeconds(2.5);
        await crowd.FlowsAsync("before the kill", times: 60);

        await holder.KillAsync();
        await Eventually.True(async () => await successor.HealthAsync("bridge") == "active", "the second bridge is active", TimeSpan.FromSeconds(30));
        await crowd.FlowsAsync("after the kill");
        await crowd.EndAsync();
    }

    private static async Task PauseHolderAsync(TestCluster cluster, Crowd crowd, TimeSpan time)
    {
        var holder = await cluster.ActiveAsync();
        holder.Pause();
        var paused = Task.Delay(time);
        await crowd.FlowsAsync("on the nodes that are not paused", node => node != holder);
        await paused;
        holder.Resume();
        await SettleAsync(cluster, crowd);
    }

    /// <summary>
    /// The woken node hears the other's word at once. Whether it stays a member or is let go is for the cluster to say; what ends
    /// is started again, as whoever runs it would.
    /// </summary>
    private static async Task SettleAsync(TestCluster cluster, Crowd crowd)
    {
        await Eventually.True(async () =>
        {
            foreach (var ended in cluster.Nodes.Where(node => node.HasExited).ToArray())
            {
                await cluster.RestartAsync(ended);
                await crowd.ReplaceAsync(ended, cluster.Nodes);
            }

            var states = await Task.WhenAll(cluster.Nodes.Select(async node => (await node.HealthAsync("members"), await node.HealthAsync("unreachable"))));
            return states.All(state => state == ("3", "0"));
        }, "the cluster is whole again", TimeSpan.FromSeconds(90));
        await crowd.FlowsAsync("on all nodes");
    }
}

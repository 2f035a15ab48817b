namespace DeltaStream.Cluster.Tests;

/// <summary>What docs/operating.md says of two nodes: what can be kept is kept.</summary>
[Trait("Category", "Full")]
public sealed class TwoNodesSpecs
{
    private const string Product = "NIFTY";

    [Fact]
    public async Task The_node_with_the_lower_address_continues_alone() => await LoseAsync(async (redis, low, high) =>
    {
        await using var crowd = await Crowd.GatherAsync(redis, TimeSpan.FromMilliseconds(100), [Product], low);
        await high.KillAsync();
        await Eventually.True(async () => await low.HealthAsync("members") == "1", "the lost one is given up", TimeSpan.FromSeconds(30));
        await crowd.FlowsAsync("on the one that is left");
        await crowd.EndAsync();
    });

    [Fact]
    public async Task Without_the_lowest_address_the_other_node_ends_and_as_first_seed_starts_a_new_cluster() => await LoseAsync(async (redis, low, high) =>
    {
        await using var crowd = await Crowd.GatherAsync(redis, TimeSpan.FromMilliseconds(100), [Product], high);
        await low.KillAsync();
        await crowd.FlowsAsync("on the one that is left");
        Assert.Equal(1, await high.ExitAsync(TimeSpan.FromSeconds(60)));
        await using var again = await Start(redis, high.ClusterPort, low.ClusterPort, high.ClusterPort).ReadyAsync(TimeSpan.FromSeconds(60));
        await using var others = await Crowd.GatherAsync(redis, TimeSpan.FromMilliseconds(100), ["SENSEX"], again);
        await others.EndAsync();
    });

    private static async Task LoseAsync(Func<RedisServer, NodeProcess, NodeProcess, Task> lose)
    {
        await using var redis = await RedisServer.StartAsync();
        int[] ports = [.. new[] { FreePort.Next(), FreePort.Next() }.Order()];
        // The one that the resolver would end is the first seed, as the page advises.
        await using var high = Start(redis, ports[1], ports[0], ports[1]);
        await using var low = Start(redis, ports[0], ports[0], ports[1]);
        foreach (var node in new[] { low, high }) await node.ReadyAsync(TimeSpan.FromSeconds(60));
        await Eventually.True(async () => await low.HealthAsync("members") == "2" && await high.HealthAsync("feed") == "live", "two members");
        await lose(redis, low, high);
    }

    private static NodeProcess Start(RedisServer redis, int own, int low, int high) => NodeProcess.Start(
        ("REDIS_URL", redis.Url), ("CLUSTER_PORT", $"{own}"), ("CLUSTER_SEEDS", $"127.0.0.1:{high},127.0.0.1:{low}"));
}

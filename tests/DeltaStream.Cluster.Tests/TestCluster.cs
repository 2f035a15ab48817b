using DeltaStream.TestSupport;

namespace DeltaStream.Cluster.Tests;

/// <summary>Three real nodes and one real redis-server.</summary>
public sealed class TestCluster : IAsyncDisposable
{
    private TestCluster(RedisServer redis, NodeProcess[] nodes)
    {
        Redis = redis;
        Nodes = nodes;
    }

    public RedisServer Redis { get; }

    public IReadOnlyList<NodeProcess> Nodes { get; }

    /// <summary>Starts them and waits until all are members and the feed is live on each.</summary>
    public static async Task<TestCluster> StartAsync(params (string Name, string? Value)[] variables)
    {
        var redis = await RedisServer.StartAsync();
        var ports = Enumerable.Range(0, 3).Select(_ => FreePort.Next()).ToArray();
        var seeds = string.Join(',', ports.Select(port => $"127.0.0.1:{port}"));
        var nodes = ports.Select(port => NodeProcess.Start([
            ("REDIS_URL", redis.Url), ("CLUSTER_PORT", $"{port}"), ("CLUSTER_SEEDS", seeds), ("LOG_LEVEL", "warning"), .. variables])).ToArray();
        var cluster = new TestCluster(redis, nodes);
        foreach (var node in nodes) await node.ReadyAsync(TimeSpan.FromSeconds(60));
        foreach (var node in nodes)
            await Eventually.True(async () => await node.HealthAsync("members") == "3" && await node.HealthAsync("feed") == "live",
                $"node {node.Address} sees three members and a live feed", TimeSpan.FromSeconds(60));
        return cluster;
    }

    /// <summary>The node whose bridge publishes.</summary>
    public async Task<NodeProcess> ActiveAsync()
    {
        NodeProcess[] active = [];
        await Eventually.True(async () =>
        {
            var states = await Task.WhenAll(Nodes.Where(node => !node.HasExited).Select(async node => (node, State: await node.HealthAsync("bridge"))));
            active = states.Where(state => state.State == "active").Select(state => state.node).ToArray();
            return active.Length == 1;
        }, "one bridge is active", TimeSpan.FromSeconds(30));
        return active[0];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes) await node.DisposeAsync();
        await Redis.DisposeAsync();
    }
}

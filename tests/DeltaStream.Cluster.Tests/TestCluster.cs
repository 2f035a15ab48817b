namespace DeltaStream.Cluster.Tests;

/// <summary>Three real nodes and one real redis-server.</summary>
public sealed class TestCluster : IAsyncDisposable
{
    private readonly Func<int, NodeProcess> _start;
    private readonly List<NodeProcess> _nodes;

    private TestCluster(RedisServer redis, IEnumerable<int> clusterPorts, Func<int, NodeProcess> start)
    {
        Redis = redis;
        _start = start;
        _nodes = clusterPorts.Select(start).ToList();
    }

    public RedisServer Redis { get; }

    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    /// <summary>Starts them and waits until all are members and the feed is live on each.</summary>
    public static async Task<TestCluster> StartAsync(params (string Name, string? Value)[] variables)
    {
        var redis = await RedisServer.StartAsync();
        var ports = Enumerable.Range(0, 3).Select(_ => FreePort.Next()).ToArray();
        var seeds = string.Join(',', ports.Select(port => $"127.0.0.1:{port}"));
        var cluster = new TestCluster(redis, ports, port => NodeProcess.Start([
            ("REDIS_URL", redis.Url), ("CLUSTER_PORT", $"{port}"), ("CLUSTER_SEEDS", seeds), ("LOG_LEVEL", "warning"), .. variables]));
        foreach (var node in cluster.Nodes) await node.ReadyAsync(TimeSpan.FromSeconds(60));
        await cluster.WholeAsync();
        return cluster;
    }

    /// <summary>Waits until every node sees three members and a live feed.</summary>
    public Task WholeAsync() => Nodes.WholeAsync(TimeSpan.FromSeconds(60));

    /// <summary>Starts a node again that has ended, at its old address in the cluster, and waits until it takes clients.</summary>
    public async Task RestartAsync(NodeProcess ended)
    {
        var again = _nodes[_nodes.IndexOf(ended)] = _start(ended.ClusterPort);
        await ended.DisposeAsync();
        await again.ReadyAsync(TimeSpan.FromSeconds(60));
    }

    public Task<NodeProcess> ActiveAsync() => Nodes.ActiveAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes) await node.DisposeAsync();
        await Redis.DisposeAsync();
    }
}

namespace DeltaStream.Cluster.Tests;

/// <summary>
/// Nodes on machines of their own, HAProxy on one more, and a real redis-server on this one: between any of them the cables can
/// be cut.
/// </summary>
internal sealed class NodesOnCables : IAsyncDisposable
{
    private readonly string? _hocon;

    private NodesOnCables(NetworkLab lab, RedisServer redis, bool quickToDown)
    {
        (Lab, Redis) = (lab, redis);
        _hocon = quickToDown ? Repository.PathOf("hocon", "test.conf") : null;
    }

    public NetworkLab Lab { get; }

    public RedisServer Redis { get; }

    /// <summary>The node of machine n is at n - 1.</summary>
    public NodeProcess[] Nodes { get; private set; } = [];

    public int BalancerMachine => Nodes.Length + 1;

    /// <summary>Null until it is started.</summary>
    public HaProxy? Balancer { get; private set; }

    /// <summary>Starts the nodes and waits until they are one cluster.</summary>
    /// <param name="quickToDown">Whether a lost member is given up after seconds, as it is not in production.</param>
    public static async Task<NodesOnCables> StartAsync(int count, bool quickToDown)
    {
        var lab = await NetworkLab.BuildAsync(count + 1);
        // The last of an option's values counts.
        var it = new NodesOnCables(lab, await RedisServer.StartAsync("--bind", "127.0.0.1", lab.Server, "--protected-mode", "no"), quickToDown);
        it.Nodes = new NodeProcess[count];
        for (var machine = 1; machine <= count; machine++) it.Start(machine);
        foreach (var node in it.Nodes) await node.ReadyAsync(TimeSpan.FromSeconds(90));
        await it.WholeAsync();
        return it;
    }

    public async Task BalanceAsync() => Balancer = await HaProxy.StartAtAsync(Lab.Namespace(BalancerMachine), Lab.Address(BalancerMachine), Nodes);

    /// <summary>Starts a machine's node, for the first time or after it has ended.</summary>
    public void Start(int machine) => Nodes[machine - 1] = NodeProcess.StartAt(Lab.Namespace(machine), Lab.Address(machine),
        ("REDIS_URL", $"redis://{Lab.Server}:{Redis.Port}"), ("HOCON_FILE", _hocon), ("CLUSTER_PORT", "4053"), ("PORT", "8002"),
        ("CLUSTER_SEEDS", string.Join(',', Enumerable.Range(1, Nodes.Length).Select(seed => $"{Lab.Address(seed)}:4053"))));

    /// <summary>Waits until every node sees all of them and a live feed, and is healthy.</summary>
    public async Task WholeAsync()
    {
        await Nodes.WholeAsync(TimeSpan.FromSeconds(90));
        foreach (var node in Nodes) await Eventually.True(async () => await node.HealthAsync("status") == "healthy", $"node {node.Address} is healthy", TimeSpan.FromSeconds(90));
    }

    /// <summary>The machine whose bridge publishes.</summary>
    public async Task<int> ActiveAsync() => Array.IndexOf(Nodes, await Nodes.ActiveAsync()) + 1;

    public async ValueTask DisposeAsync()
    {
        if (Balancer is not null) await Balancer.DisposeAsync();
        foreach (var node in Nodes) await node.DisposeAsync();
        await Redis.DisposeAsync();
        await Lab.DisposeAsync();
    }
}

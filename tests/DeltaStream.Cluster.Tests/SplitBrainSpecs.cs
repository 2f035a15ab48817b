using System.Diagnostics;
using System.Net;
using DeltaStream.TestSupport;
using Xunit.Abstractions;

namespace DeltaStream.Cluster.Tests;

/// <summary>Five nodes on cables that are cut between three and two of them.</summary>
public sealed class SplitBrainSpecs(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Product = "NIFTY";
    private const int Nodes = 5;

    private NetworkLab _lab = null!;
    private RedisServer _redis = null!;
    private Producer _producer = null!;
    private NodeProcess[] _nodes = [];
    private string? _hocon;

    public Task InitializeAsync() => Task.CompletedTask;

    private async Task StartAsync(bool quickToDown)
    {
        _hocon = quickToDown ? Repository.PathOf("hocon", "test.conf") : null;
        _lab = await NetworkLab.BuildAsync(Nodes);
        // The last of an option's values counts.
        _redis = await RedisServer.StartAsync("--bind", "127.0.0.1", _lab.Server, "--protected-mode", "no");
        _producer = await Producer.OpenAsync(_redis);
        _nodes = [.. Enumerable.Range(1, Nodes).Select(Start)];
        foreach (var node in _nodes) await node.ReadyAsync(TimeSpan.FromSeconds(90));
        await WholeAsync();
    }

    public async Task DisposeAsync()
    {
        if (_lab is null) return;
        foreach (var node in _nodes) await node.DisposeAsync();
        await _producer.DisposeAsync();
        await _redis.DisposeAsync();
        await _lab.DisposeAsync();
    }

    [NetworkFact]
    public Task With_Redis_on_both_sides_the_three_get_on_and_the_two_end_and_come_back() => Cut(redisOnBothSides: true);

    [NetworkFact]
    [Trait("Category", "Full")]
    public Task With_Redis_on_the_side_of_the_three_they_get_on_and_the_two_end_and_come_back() => Cut(redisOnBothSides: false);

    /// <summary>A cut shorter than the resolver's patience: the bridge on the smaller side has stepped down, and comes back to another's word.</summary>
    [NetworkFact]
    [Trait("Category", "Full")]
    public async Task A_cut_that_is_mended_in_time_costs_no_node_and_no_promise()
    {
        await StartAsync(quickToDown: false);
        await using var crowd = await Crowd.GatherAsync(_redis, TimeSpan.FromMilliseconds(50), [Product, "SENSEX"], _nodes);
        for (var round = 0; round < 3; round++)
        {
            var active = await ActiveAsync();
            int[] few = [active, (active % Nodes) + 1];
            int[] many = [.. Enumerable.Range(1, Nodes).Except(few)];
            await _lab.CutAsync(few, many);
            await crowd.FlowsAsync("on the larger side", node => many.Contains(Array.IndexOf(_nodes, node) + 1));
            await _lab.MendAsync(few, many);
            await crowd.FlowsAsync("on both sides");
            await WholeAsync();
        }

        await crowd.EndAsync();
        Assert.All(_nodes, node => Assert.False(node.HasExited));
    }

    private async Task Cut(bool redisOnBothSides)
    {
        await StartAsync(quickToDown: true);
        // The worst cut: the first seed and the active bridge are on the smaller side.
        var active = await ActiveAsync();
        int[] few = active == 1 ? [1, 2] : [1, active];
        int[] many = [.. Enumerable.Range(1, Nodes).Except(few)];
        var clients = await Task.WhenAll(_nodes.Select(SocketIoTestClient.ConnectAsync));
        foreach (var client in clients) await client.SubscribeAsync("product", Product);
        using var stop = new CancellationTokenSource();
        var producing = ProduceAsync(stop.Token);
        await Eventually.True(() => clients.All(client => client.PricesOf(Product).Length > 5), "updates flow");

        await _lab.CutAsync(few, many);
        if (!redisOnBothSides) await _lab.CutFromServerAsync(few);
        var cut = _producer.Last[Product];
        var clock = Stopwatch.StartNew();
        var kept = many.Select(machine => clients[machine - 1]).ToArray();
        await Eventually.True(() => kept.All(client => client.NewestOf(Product) > cut + 5), "the three have the feed again", TimeSpan.FromSeconds(30));
        output.WriteLine($"the feed is back after {clock.Elapsed.TotalMilliseconds:0} ms at most");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"the feed is back after {clock.Elapsed.TotalSeconds:0.0} s");

        foreach (var machine in few) Assert.Equal(1, await _nodes[machine - 1].ExitAsync(TimeSpan.FromSeconds(60)));
        output.WriteLine($"the two have ended after {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.All(few, machine => Assert.True(clients[machine - 1].IsClosed));
        Assert.All(few, machine => Assert.Contains(_nodes[machine - 1].Lines, line => line.Contains("cluster_lost", StringComparison.Ordinal)));
        await Moves(few.Length, many);

        // Started again before the cables are mended, they must not begin a cluster of their own.
        foreach (var machine in few)
        {
            await _nodes[machine - 1].DisposeAsync();
            _nodes[machine - 1] = Start(machine);
        }

        foreach (var machine in few)
        {
            await Eventually.True(() => _nodes[machine - 1].Lines.Any(line => line.Contains("cluster_no_seed", StringComparison.Ordinal)
                && many.Any(other => line.Contains(_lab.Address(other), StringComparison.Ordinal))), "the node says whom it has tried", TimeSpan.FromSeconds(60));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await _nodes[machine - 1].StatusAsync("/health/ready"));
        }

        await _lab.MendAsync(few, many);
        if (!redisOnBothSides) await _lab.MendToServerAsync(few);
        await WholeAsync();
        output.WriteLine($"whole again after {clock.Elapsed.TotalSeconds:0.0} s");
        await stop.CancelAsync();
        await producing;
        await Eventually.True(() => kept.All(client => client.NewestOf(Product) == _producer.Last[Product]), "the last value arrives");
        foreach (var client in clients)
        {
            client.AssertNoneTwiceNoneOlder(Product);
            await client.DisposeAsync();
        }
    }

    /// <summary>Clients that lost their node find their newest values on the others.</summary>
    private async Task Moves(int count, int[] many)
    {
        for (var i = 0; i < count; i++)
        {
            await using var client = await SocketIoTestClient.ConnectAsync(_nodes[many[i] - 1]);
            var before = _producer.Last[Product];
            // Of general alone: the snapshot of another room would repeat what has just come.
            await Eventually.True(() => client.NewestOf(Product) > before, "the moved client has the feed");
            client.AssertNoneTwiceNoneOlder(Product);
        }
    }

    private NodeProcess Start(int machine) => NodeProcess.StartAt(_lab.Namespace(machine), _lab.Address(machine),
        ("REDIS_URL", $"redis://{_lab.Server}:{_redis.Port}"), ("HOCON_FILE", _hocon), ("CLUSTER_PORT", "4053"), ("PORT", "8002"),
        ("CLUSTER_SEEDS", string.Join(',', Enumerable.Range(1, Nodes).Select(seed => $"{_lab.Address(seed)}:4053"))));

    private async Task WholeAsync()
    {
        foreach (var node in _nodes)
            await Eventually.True(async () => await node.HealthAsync("members") == $"{Nodes}" && await node.HealthAsync("feed") == "live" && await node.HealthAsync("status") == "healthy",
                $"node {node.Address} sees a whole cluster; its log:\n{node.Log}\n", TimeSpan.FromSeconds(90));
    }

    private async Task<int> ActiveAsync()
    {
        var active = 0;
        await Eventually.True(async () =>
        {
            var states = await Task.WhenAll(_nodes.Select(node => node.HealthAsync("bridge")));
            active = Array.IndexOf(states, "active") + 1;
            return states.Count(state => state == "active") == 1;
        }, "one bridge is active", TimeSpan.FromSeconds(30));
        return active;
    }

    private async Task ProduceAsync(CancellationToken stop)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (await pace.WaitForNextTickAsync(stop)) await _producer.NextAsync(Product);
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
    }
}

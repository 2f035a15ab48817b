using System.Diagnostics;
using System.Net;
using DeltaStream.Cluster.Tests.StockClients;
using Xunit.Abstractions;

namespace DeltaStream.Cluster.Tests;

/// <summary>Five nodes on cables that are cut between three and two of them.</summary>
public sealed class SplitBrainSpecs(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Product = "NIFTY";
    private const int Nodes = 5;
    private const int Stock = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private NodesOnCables _cluster = null!;
    private Producer _producer = null!;

    public Task InitializeAsync() => Task.CompletedTask;

    private async Task StartAsync(bool quickToDown)
    {
        _cluster = await NodesOnCables.StartAsync(Nodes, quickToDown);
        _producer = await Producer.OpenAsync(_cluster.Redis);
    }

    public async Task DisposeAsync()
    {
        if (_cluster is null) return;
        if (_producer is not null) await _producer.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [NetworkFact]
    public Task With_Redis_on_both_sides_the_three_continue_and_the_two_end_and_come_back() => Cut(redisOnBothSides: true);

    [NetworkFact]
    [Trait("Category", "Full")]
    public Task With_Redis_on_the_side_of_the_three_they_continue_and_the_two_end_and_come_back() => Cut(redisOnBothSides: false);

    /// <summary>A cut shorter than the resolver's patience: the bridge on the smaller side has stepped down, and comes back to another's word.</summary>
    [NetworkFact]
    [Trait("Category", "Full")]
    public async Task A_cut_that_is_mended_in_time_costs_no_node_and_no_promise()
    {
        await StartAsync(quickToDown: false);
        var nodes = _cluster.Nodes;
        await using var crowd = await Crowd.GatherAsync(_cluster.Redis, TimeSpan.FromMilliseconds(50), [Product, "SENSEX"], nodes);
        for (var round = 0; round < 3; round++)
        {
            var active = await _cluster.ActiveAsync();
            int[] few = [active, (active % Nodes) + 1];
            int[] many = [.. Enumerable.Range(1, Nodes).Except(few)];
            await _cluster.Lab.CutAsync(few, many);
            await crowd.FlowsAsync("on the larger side", node => many.Contains(Array.IndexOf(nodes, node) + 1));
            await _cluster.Lab.MendAsync(few, many);
            await crowd.FlowsAsync("on both sides");
            await _cluster.WholeAsync();
        }

        await crowd.EndAsync();
        Assert.All(nodes, node => Assert.False(node.HasExited));
    }

    /// <summary>Nobody tells the clients of the two that they have lost their node: they find out by the pings that do not come.</summary>
    [NetworkFact]
    [Trait("Category", "Full")]
    public async Task Clients_of_a_cut_minority_reach_the_majority_after_their_ping_timeout()
    {
        await StartAsync(quickToDown: true);
        await _cluster.BalanceAsync();
        await using var javaScript = await JavaScriptClients.StartAsync(_cluster.Balancer!.Url, Product);
        var clients = await ConnectStockAsync(javaScript.ConnectAsync);
        using var stop = new CancellationTokenSource();
        var producing = _producer.RunAsync(TimeSpan.FromMilliseconds(100), stop.Token, Product);
        await Eventually.True(() => clients.All(client => client.Newest > 5), "updates flow");
        int[] few = [1, 2];
        int[] many = [3, 4, 5];
        var moving = clients.Where(client => IsOn(client, few)).ToArray();

        await _cluster.Lab.CutAsync(few, [.. many, _cluster.BalancerMachine]);
        var clock = Stopwatch.StartNew();
        foreach (var machine in few) Assert.Equal(1, await _cluster.Nodes[machine - 1].ExitAsync(Patience));
        await MoveAsync(moving, many);
        output.WriteLine($"the {moving.Length} clients of the two have moved after {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.All(moving, client => Assert.True(client.IsRecovered, $"it was not recognised:\n{client.Story}"));
        Assert.All(clients.Except(moving), client => Assert.Equal(0, client.Lost));
        await stop.CancelAsync();
        await producing;
        await Eventually.True(() => clients.All(client => client.Newest == _producer.Last[Product]), "the last value arrives", Patience);
        Assert.All(clients, client => client.AssertNoneOlder());
    }

    private async Task Cut(bool redisOnBothSides)
    {
        await StartAsync(quickToDown: true);
        var (nodes, lab) = (_cluster.Nodes, _cluster.Lab);
        // The worst cut: the first seed and the active bridge are on the smaller side.
        var active = await _cluster.ActiveAsync();
        int[] few = active == 1 ? [1, 2] : [1, active];
        int[] many = [.. Enumerable.Range(1, Nodes).Except(few)];
        var clients = await Task.WhenAll(nodes.Select(TestClient.ConnectAsync));
        foreach (var client in clients) await client.SubscribeAsync("product", Product);
        await _cluster.BalanceAsync();
        await using var javaScript = await JavaScriptClients.StartAsync(_cluster.Balancer!.Url, Product);
        var dotNet = await ConnectStockAsync(() => DotNetClient.ConnectAsync(_cluster.Balancer.Url, Product));
        StockClient[] stock = [.. dotNet, .. await ConnectStockAsync(javaScript.ConnectAsync)];
        using var stop = new CancellationTokenSource();
        var producing = _producer.RunAsync(TimeSpan.FromMilliseconds(100), stop.Token, Product);
        await Eventually.True(() => clients.All(client => client.PricesOf(Product).Length > 5) && stock.All(client => client.Newest > 5), "updates flow");
        var moving = stock.Where(client => IsOn(client, few)).ToArray();

        await lab.CutAsync(few, many);
        if (!redisOnBothSides) await lab.CutFromServerAsync(few);
        var cut = _producer.Last[Product];
        var clock = Stopwatch.StartNew();
        var kept = many.Select(machine => clients[machine - 1]).ToArray();
        await Eventually.True(() => kept.All(client => client.NewestOf(Product) > cut + 5), "the three have the feed again", TimeSpan.FromSeconds(30));
        output.WriteLine($"the feed is back after {clock.Elapsed.TotalMilliseconds:0} ms at most");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"the feed is back after {clock.Elapsed.TotalSeconds:0.0} s");

        foreach (var machine in few) Assert.Equal(1, await nodes[machine - 1].ExitAsync(Patience));
        output.WriteLine($"the two have ended after {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.All(few, machine => Assert.True(clients[machine - 1].IsClosed));
        Assert.All(few, machine => Assert.Contains(nodes[machine - 1].Lines, line => line.Contains("cluster_lost", StringComparison.Ordinal)));
        await MoveAsync(moving, many);
        output.WriteLine($"their {moving.Length} clients behind the balancer have moved after {clock.Elapsed.TotalSeconds:0.0} s");
        foreach (var client in moving.OfType<JavaScriptClient>().Where(client => !client.IsRecovered)) output.WriteLine($"one was not recognised:\n{client.Story}");
        Assert.All(stock.Except(moving), client => Assert.Equal(0, client.Lost));

        // Started again before the cables are mended, they must not begin a cluster of their own.
        foreach (var machine in few)
        {
            await nodes[machine - 1].DisposeAsync();
            _cluster.Start(machine);
        }

        foreach (var machine in few)
        {
            await Eventually.True(() => nodes[machine - 1].Lines.Any(line => line.Contains("cluster_no_seed", StringComparison.Ordinal)
                && many.Any(other => line.Contains(lab.Address(other), StringComparison.Ordinal))), "the node says whom it has tried", Patience);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await nodes[machine - 1].StatusAsync("/health/ready"));
        }

        await lab.MendAsync(few, many);
        if (!redisOnBothSides) await lab.MendToServerAsync(few);
        await _cluster.WholeAsync();
        output.WriteLine($"whole again after {clock.Elapsed.TotalSeconds:0.0} s");
        await stop.CancelAsync();
        await producing;
        var last = _producer.Last[Product];
        await Eventually.True(() => kept.All(client => client.NewestOf(Product) == last) && stock.All(client => client.Newest == last), "the last value arrives", Patience);
        foreach (var client in clients)
        {
            client.AssertNoneTwiceNoneOlder(Product);
            await client.DisposeAsync();
        }

        Assert.All(stock, client => client.AssertNoneOlder());
        foreach (var client in dotNet) await client.DisposeAsync();
    }

    /// <summary>Connects clients through the balancer until each node has some.</summary>
    private async Task<List<T>> ConnectStockAsync<T>(Func<Task<T>> connect) where T : StockClient
    {
        var stock = new List<T>();
        int[] machines = [.. Enumerable.Range(1, Nodes)];
        await Eventually.True(async () =>
        {
            stock.Add(await connect());
            await Eventually.True(() => IsOn(stock[^1], machines), "a node has let the client in", Patience);
            return stock.Count >= Stock && machines.All(machine => stock.Exists(one => IsOn(one, [machine])));
        }, "each node has clients from the balancer", Patience);
        return stock;
    }

    /// <summary>Clients that lost their node come back by themselves, on the larger side, are in their room and have its newest values.</summary>
    private async Task MoveAsync(IReadOnlyCollection<StockClient> clients, int[] many)
    {
        foreach (var client in clients)
        {
            await Eventually.True(() => client.Lost > 0 && IsOn(client, many), $"a client of the two is on one of the three: lost {client.Lost} times, {client.Id}", Patience);
            var now = _producer.Last[Product];
            await Eventually.True(() => client.Entered > 1 && client.Newest > now, "it is in its room again and has the newest values", Patience);
        }
    }

    /// <summary>Whether a client is on one of these machines: by what the nodes say of whom they have let in, and who has left.</summary>
    private bool IsOn(StockClient client, int[] machines) => client.Id is { } id
        && machines.Any(machine => Said(machine, "client_connected", id) > Said(machine, "client_disconnected", id));

    private int Said(int machine, string what, string id) => _cluster.Nodes[machine - 1].Lines.Count(
        line => line.Contains(what, StringComparison.Ordinal) && line.Contains(id, StringComparison.Ordinal));
}

namespace DeltaStream.Cluster.Tests;

/// <summary>The node with the active bridge goes, hard and soft, while updates flow: the others get on without it.</summary>
public sealed class TakeoverSpecs : IAsyncLifetime
{
    // Published once, right before the loss: whether it has reached every node the successor can't know.
    private const string Last = "LAST";
    private static readonly string[] Products = ["NIFTY", "BANKNIFTY", "FINNIFTY", "SENSEX"];

    private TestCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await TestCluster.StartAsync();

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public Task After_a_kill_other_nodes_get_updates_again_once_and_in_order() => LosesItsActiveNode(async node =>
    {
        await node.KillAsync();
    });

    [Fact]
    public Task A_node_that_is_asked_to_stop_hands_on_and_ends_in_time_with_code_0() => LosesItsActiveNode(async node =>
    {
        node.Terminate();
        // DRAIN_SECONDS is 1 here.
        Assert.Equal(0, await node.ExitAsync(TimeSpan.FromSeconds(11)));
    });

    private async Task LosesItsActiveNode(Func<NodeProcess, Task> lose)
    {
        var active = await _cluster.ActiveAsync();
        var clients = await Task.WhenAll(_cluster.Nodes.Where(node => node != active).Select(TestClient.ConnectAsync));
        foreach (var client in clients)
            foreach (var product in Products.Take(2)) await client.SubscribeAsync("product", product);

        await using var producer = await Producer.OpenAsync(_cluster.Redis);
        using var stop = new CancellationTokenSource();
        var producing = producer.RunAsync(TimeSpan.FromMilliseconds(20), stop.Token, Products);
        await Eventually.True(() => clients.All(client => Products.All(product => client.NewestOf(product) > 20)), "updates flow");

        await _cluster.Redis.ExecuteAsync("PUBLISH", "enriched:underlying", $$"""{"product":"{{Last}}","price":1,"timestamp":"{{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.ffffff}}"}""");
        await Eventually.True(() => clients.All(client => client.NewestOf(Last) == 1), "the last word arrives");
        await lose(active);
        var lost = producer.Last.ToDictionary();
        await Eventually.True(() => clients.All(client => Products.All(product => client.NewestOf(product) > lost[product] + 20)),
            "updates flow again", TimeSpan.FromSeconds(30));
        await stop.CancelAsync();
        await producing;

        // The last one always arrives, on every node that is left, with no copy too many on the way.
        await Eventually.True(() => clients.All(client => Products.All(product => client.NewestOf(product) == producer.Last[product])), "the last value arrives");
        foreach (var client in clients)
        {
            Assert.Equal([1], client.PricesOf(Last));
            foreach (var product in Products) client.AssertNoneTwiceNoneOlder(product);
            await client.DisposeAsync();
        }

        Assert.NotEqual(active, await _cluster.ActiveAsync());
    }
}

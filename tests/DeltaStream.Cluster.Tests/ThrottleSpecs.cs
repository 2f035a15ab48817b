using DeltaStream.TestSupport;

namespace DeltaStream.Cluster.Tests;

/// <summary>What the throttle holds back, on three nodes: it is superseded, or it comes, though nothing follows it.</summary>
public sealed class ThrottleSpecs
{
    private const string Product = "NIFTY";
    private const int Burst = 20;

    [Fact]
    public async Task The_last_value_of_a_burst_comes_to_every_node_though_nothing_follows_it()
    {
        // So slow that a burst is one, however busy the machine is.
        await using var cluster = await TestCluster.StartAsync(("BRIDGE_MAX_RATE", "1"));
        await cluster.ActiveAsync();
        await using var producer = await Producer.OpenAsync(cluster.Redis);
        var clients = await Task.WhenAll(cluster.Nodes.Select(SocketIoTestClient.ConnectAsync));
        for (var i = 0; i < Burst; i++) await producer.NextAsync(Product);
        await Eventually.True(() => clients.All(client => client.NewestOf(Product) == Burst), "the last value comes", TimeSpan.FromSeconds(30));
        foreach (var client in clients)
        {
            client.AssertNoneTwiceNoneOlder(Product);
            Assert.InRange(client.PricesOf(Product).Length, 1, Burst - 1);
            await client.DisposeAsync();
        }
    }
}

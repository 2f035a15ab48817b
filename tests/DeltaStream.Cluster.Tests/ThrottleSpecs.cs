namespace DeltaStream.Cluster.Tests;

/// <summary>What the throttle holds back, on three nodes: it is superseded, or it comes, though nothing follows it.</summary>
public sealed class ThrottleSpecs
{
    private const int Burst = 20;
    private static readonly string[] Products = ["NIFTY", "BANKNIFTY", "FINNIFTY", "MIDCPNIFTY", "SENSEX"];

    [Fact]
    public async Task The_last_value_of_a_burst_reaches_every_node_although_no_message_follows()
    {
        // So slow that a burst is one, however busy the machine is.
        await using var cluster = await TestCluster.StartAsync(("BRIDGE_MAX_RATE", "1"));
        await cluster.ActiveAsync();
        await using var producer = await Producer.OpenAsync(cluster.Redis);
        var clients = await Task.WhenAll(cluster.Nodes.Select(TestClient.ConnectAsync));
        // A bridge that still compiles stands still for longer than the throttle holds back, and then nothing waits.
        await producer.NextAsync("FIRST");
        await Eventually.True(() => clients.All(client => client.NewestOf("FIRST") == 1), "an update comes");
        foreach (var product in Products) await producer.BurstAsync(product, Burst);
        foreach (var product in Products)
        {
            await Eventually.True(() => clients.All(client => client.NewestOf(product) == Burst), $"the last value of {product} comes", TimeSpan.FromSeconds(30));
            foreach (var client in clients)
            {
                client.AssertNoneTwiceNoneOlder(product);
                Assert.InRange(client.PricesOf(product).Length, 1, Burst - 1);
            }
        }
        foreach (var client in clients) await client.DisposeAsync();
    }
}

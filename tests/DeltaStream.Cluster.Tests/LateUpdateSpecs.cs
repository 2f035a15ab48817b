using DeltaStream.Actors.Market;

namespace DeltaStream.Cluster.Tests;

/// <summary>A publisher that has been superseded, and whose last words come late.</summary>
[Collection(SharedClusterCollection.Name)]
public sealed class LateUpdateSpecs(SharedCluster shared)
{
    private const string Product = "LATE";

    // Its counter has come further than the active one's ever will: only its term says that it is superseded.
    private const long FarAlong = 1_000_000_000;

    private readonly TestCluster _cluster = shared.Cluster;

    [Fact]
    public async Task A_superseded_publishers_updates_reach_no_client_on_any_node()
    {
        await using var producer = await Producer.OpenAsync(_cluster.Redis);
        var clients = await Task.WhenAll(_cluster.Nodes.Select(TestClient.ConnectAsync));
        foreach (var client in clients) await client.SubscribeAsync("product", "OTHER");
        await using (var former = AnotherPublisher.Join(_cluster.Nodes[0]))
        {
            await Eventually.True(async () =>
            {
                await producer.NextAsync(Product);
                Say(former, Room.Product("OTHER"), "OTHER", 1);
                return clients.All(client => client.NewestOf(Product) > 0 && client.NewestOf("OTHER") == 1);
            }, "each node hears both publishers", TimeSpan.FromSeconds(30));

            // Of general, where there is no watermark of the key; the marker says that a node has had all of it.
            for (var price = 1_000; price < 1_010; price++) Say(former, Room.General, Product, price);
            Say(former, Room.Product("OTHER"), "OTHER", 2_000);
            await Eventually.True(() => clients.All(client => client.NewestOf("OTHER") == 2_000), "the marker comes");
            var last = await producer.NextAsync(Product);
            await Eventually.True(() => clients.All(client => client.NewestOf(Product) == last), "the active one is heard on");
            foreach (var client in clients)
            {
                Assert.All(client.PricesOf(Product), price => Assert.InRange(price, 1, last));
                await client.DisposeAsync();
            }
        }

        await _cluster.WholeAsync();
    }

    private static void Say(AnotherPublisher former, Room room, string product, int price) =>
        former.Say(room, AnotherPublisher.Price(product, price, new(Epoch: 1, FarAlong + price)));
}

using System.Globalization;
using System.Text;
using DeltaStream.Actors.Market;

namespace DeltaStream.Cluster.Tests;

/// <summary>A value that Redis has before the topic brings it: who gets it as a snapshot does not get it again.</summary>
[Collection(SharedClusterCollection.Name)]
public sealed class SnapshotAheadSpecs(SharedCluster shared)
{
    private const string Product = "AHEAD";
    private const string Marker = "MARKER";

    private readonly TestCluster _cluster = shared.Cluster;

    [Fact]
    public async Task Values_of_the_snapshot_do_not_come_again_over_the_topic_on_any_node()
    {
        var (early, next) = (AnotherPublisher.Price(Product, 5, new(1, 5)), AnotherPublisher.Price(Product, 6, new(1, 6)));
        await StoreAsync(early);
        var clients = await Task.WhenAll(_cluster.Nodes.Select(TestClient.ConnectAsync));
        foreach (var client in clients)
        {
            // General would bring it as well, and the snapshot may repeat what a client has.
            await client.LeaveGeneralAsync();
            await client.SubscribeAsync("product", Product);
            await client.SubscribeAsync("product", Marker);
        }

        await Eventually.True(() => clients.All(client => client.NewestOf(Product) == 5), "the snapshot comes");
        await using (var publisher = AnotherPublisher.Join(_cluster.Nodes[0]))
        {
            var marker = AnotherPublisher.Price(Marker, 1, new(1, 1));
            await Eventually.True(() =>
            {
                // A node's topics become known in the order of its subscriptions.
                publisher.Say(Room.Product(Marker), marker);
                return clients.All(client => client.NewestOf(Marker) == 1);
            }, "it is heard on each node", TimeSpan.FromSeconds(30));
            publisher.Say(Room.Product(Product), early);
            publisher.Say(Room.Product(Product), next);
            await Eventually.True(() => clients.All(client => client.NewestOf(Product) == 6), "the stream flows");
            foreach (var client in clients)
            {
                Assert.Equal([5, 6], client.PricesOf(Product));
                await client.DisposeAsync();
            }
        }

        await _cluster.WholeAsync();
    }

    /// <summary>As docs/redis.md says where a value and its position lie.</summary>
    private async Task StoreAsync(MarketUpdate update)
    {
        var (key, position) = ($"latest:underlying:{update.Key.Symbol}", update.Position);
        await _cluster.Redis.ExecuteAsync("SET", key, Encoding.UTF8.GetString(update.Payload.Span), "PX", "60000");
        var place = string.Create(CultureInfo.InvariantCulture, $"{position.Epoch}:{position.Sequence}:{update.ReceivedAt}:{update.Hash:x}");
        await _cluster.Redis.ExecuteAsync("SET", $"deltastream:position:{{{key}}}", place, "PX", "60000");
    }
}

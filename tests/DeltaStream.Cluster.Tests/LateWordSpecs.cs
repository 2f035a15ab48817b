using System.Text;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using DeltaStream.TestSupport;

namespace DeltaStream.Cluster.Tests;

/// <summary>A publisher that has been superseded, and whose last words come late: a member of the cluster that only these specs know.</summary>
[Collection(SharedClusterCollection.Name)]
public sealed class LateWordSpecs(SharedCluster shared)
{
    private const string Product = "LATE";

    // Its counter has come further than the active one's ever will: only its term says that it is superseded.
    private const long FarAlong = 1_000_000_000;

    private readonly TestCluster _cluster = shared.Cluster;

    [Fact]
    public async Task What_a_superseded_publisher_still_says_reaches_no_client_of_any_node()
    {
        await using var producer = await Producer.OpenAsync(_cluster.Redis);
        var clients = await Task.WhenAll(_cluster.Nodes.Select(SocketIoTestClient.ConnectAsync));
        foreach (var client in clients) await client.SubscribeAsync("product", "OTHER");
        using var former = Join(_cluster.Nodes[0]);
        await Eventually.True(async () =>
        {
            await producer.NextAsync(Product);
            // Its words reach a node once it knows of the node's topics.
            Say(former, Room.Product("OTHER"), "OTHER", epoch: 1, 1);
            return clients.All(client => client.NewestOf(Product) > 0 && client.NewestOf("OTHER") == 1);
        }, "each node hears both publishers", TimeSpan.FromSeconds(30));

        // Of general, where there is no watermark of the key; the marker says that a node has had all of it.
        for (var price = 1_000; price < 1_010; price++) Say(former, Room.General, Product, epoch: 1, price);
        Say(former, Room.Product("OTHER"), "OTHER", epoch: 1, 2_000);
        await Eventually.True(() => clients.All(client => client.NewestOf("OTHER") == 2_000), "the marker comes");
        var last = await producer.NextAsync(Product);
        await Eventually.True(() => clients.All(client => client.NewestOf(Product) == last), "the active one is heard on");
        foreach (var client in clients)
        {
            Assert.All(client.PricesOf(Product), price => Assert.InRange(price, 1, last));
            await client.DisposeAsync();
        }

        await CoordinatedShutdown.Get(former).Run(CoordinatedShutdown.ClrExitReason.Instance);
        await _cluster.WholeAsync();
    }

    private static void Say(ActorSystem system, Room room, string product, long epoch, int price)
    {
        var json = $$"""{"product":"{{product}}","price":{{price}},"timestamp":"2026-11-24T10:00:00"}""";
        var received = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var update = new MarketUpdate(
            MarketEvent.UnderlyingUpdate, ConflationKey.Underlying(product), new Position(epoch, FarAlong + price), Encoding.UTF8.GetBytes(json), (ulong)price, received);
        DistributedPubSub.Get(system).Mediator.Tell(new Publish(TopicName.For(room), new RoomEvent(room, update)));
    }

    private static ActorSystem Join(NodeProcess node) => ActorSystem.Create("deltastream", ConfigurationFactory.ParseString($$"""
        akka.loglevel = WARNING
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
        akka.cluster.seed-nodes = ["akka.tcp://deltastream@{{node.Address}}"]
        akka.cluster.pub-sub.gossip-interval = 250ms
        akka.extensions = ["Akka.Cluster.Tools.PublishSubscribe.DistributedPubSubExtensionProvider, Akka.Cluster.Tools"]
        """).WithFallback(ConfigurationFactory.ParseString(TopicsHosting.Hocon)).WithFallback(DistributedPubSub.DefaultConfig()));
}

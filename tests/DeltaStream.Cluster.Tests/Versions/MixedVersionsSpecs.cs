using System.Collections.Concurrent;
using System.Text;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using DeltaStream.TestSupport;

namespace DeltaStream.Cluster.Tests.Versions;

/// <summary>A node of this version in one cluster with one of the last, and with one to come: each understands the other.</summary>
public sealed class MixedVersionsSpecs
{
    [Theory]
    [InlineData(typeof(LastVersionSerializer))]
    [InlineData(typeof(NextVersionSerializer))]
    public async Task Updates_heartbeats_and_notices_pass_in_both_directions(Type serializer)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url)).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("bridge") == "active", "the node's bridge is active");
        using var system = Join(node, serializer);
        await Eventually.True(async () => await node.HealthAsync("members") == "2", "both are members", TimeSpan.FromSeconds(30));
        await using var producer = await Producer.OpenAsync(redis);
        await using var client = await SocketIoTestClient.ConnectAsync(node);
        await client.SubscribeAsync("product", "NIFTY");

        var heard = Listen(system, "product:NIFTY", "general", TopicName.Heartbeat, TopicName.Published);
        await From_this_version(producer, heard);
        await To_this_version(system, client, heard);
        Assert.DoesNotContain(node.Lines, line => line.Contains("can't be read", StringComparison.Ordinal) || line.Contains("\"@x\"", StringComparison.Ordinal));
    }

    private static async Task From_this_version(Producer producer, ConcurrentQueue<object> heard)
    {
        await Eventually.True(async () =>
        {
            await producer.NextAsync("NIFTY");
            await producer.ChainAsync("NIFTY", "2026-11-26", 24_000);
            return heard.OfType<RoomEvent>().Any(e => e.Room.Equals(Room.Product("NIFTY"))) && heard.OfType<RoomEvent>().Any(e => e.Update.Event == MarketEvent.ChainSummary)
                && heard.OfType<PublishedNotice>().Any() && heard.OfType<BridgeHeartbeat>().Any();
        }, "the other version hears all that this one says", TimeSpan.FromSeconds(30));
        var update = heard.OfType<RoomEvent>().Last(e => e.Room.Equals(Room.Product("NIFTY"))).Update;
        Assert.StartsWith("{\"product\":\"NIFTY\",\"price\":", Encoding.UTF8.GetString(update.Payload.Span));
        Assert.Equal(ConflationKey.Underlying("NIFTY"), update.Key);
        Assert.Contains(heard.OfType<PublishedNotice>().SelectMany(notice => notice.Items), item => item.Key == update.Key);
        Assert.Equal(FeedLink.Up, heard.OfType<BridgeHeartbeat>().Last().Link);
    }

    /// <summary>The other version's bridge has taken over: its word counts, and this node's bridge goes back behind it.</summary>
    private static async Task To_this_version(ActorSystem system, SocketIoTestClient client, ConcurrentQueue<object> heard)
    {
        var mediator = DistributedPubSub.Get(system).Mediator;
        var epoch = heard.OfType<BridgeHeartbeat>().Max(heartbeat => heartbeat.Epoch) + 1_000_000;
        var json = """{"product":"NIFTY","price":4711,"timestamp":"2026-11-24T10:00:00"}""";
        var update = new MarketUpdate(MarketEvent.UnderlyingUpdate, ConflationKey.Underlying("NIFTY"), new Position(epoch, 1), Encoding.UTF8.GetBytes(json), 4711, 1_795_000_000_000_000);
        mediator.Tell(new Publish("product:NIFTY", new RoomEvent(Room.Product("NIFTY"), update)));
        Assert.Equal(json, (await client.ExpectAsync("underlying_update", e => e.Data.GetProperty("price").GetInt32() == 4711)).Text);

        mediator.Tell(new Publish(TopicName.Published, new PublishedNotice(epoch, [new(update.Key, 1, update.Hash, 0)])));
        mediator.Tell(new Publish(TopicName.Heartbeat, new BridgeHeartbeat(epoch, 1, "10.0.0.1:4053", FeedLink.Up)));
        await Eventually.True(() => heard.OfType<BridgeHeartbeat>().Any(heartbeat => heartbeat.Epoch > epoch),
            "the node's bridge has read the other's term and begun a greater one", TimeSpan.FromSeconds(30));
    }

    private static ActorSystem Join(NodeProcess node, Type serializer)
    {
        var system = OtherMember.Join(node, TopicsHosting.Hocon.Replace(
            "DeltaStream.Actors.Topics.RoomEventSerializer, DeltaStream.Actors", $"{serializer.FullName}, {serializer.Assembly.GetName().Name}"));
        Assert.IsType(serializer, system.Serialization.FindSerializerForType(typeof(RoomEvent)));
        return system;
    }

    private static ConcurrentQueue<object> Listen(ActorSystem system, params string[] topics)
    {
        var heard = new ConcurrentQueue<object>();
        var listener = system.ActorOf(Props.Create(() => new Listener(heard)));
        foreach (var topic in topics) DistributedPubSub.Get(system).Mediator.Tell(new Subscribe(topic, listener));
        return heard;
    }

    private sealed class Listener(ConcurrentQueue<object> heard) : UntypedActor
    {
        protected override void OnReceive(object message) => heard.Enqueue(message);
    }
}

using System.Text;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.TestKit;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Tests.Clients;
using DeltaStream.Actors.Topics;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace DeltaStream.Stepping;

/// <summary>Page 2. A client joins a room: ClientActor and CacheActor, and between them one message after the other.</summary>
public sealed class RoomJoinSpecs(ITestOutputHelper output) : SteppingSpec(output)
{
    private static readonly Room Nifty = Room.Product("NIFTY");
    private readonly MemoryStore _store = new();
    private readonly MemoryTransport _transport = new(new TextProtocol(0));

    [Fact]
    public void A_client_gets_the_answer_then_the_snapshot_then_the_stream()
    {
        // Arrange: the store holds a price; the node has its CacheActor, and a client that is in no room yet.
        var client = Connect();

        // Act 1: F11 goes into ClientActor.OnReceive, on to ClientJoins.Join, and with its UseRoom into CacheActor.OnReceive. There
        // the RoomBook wants a read; the store answers at once, the cache says RoomReady, and ClientJoins.OnCacheMessage subscribes.
        client.Tell(new ClientEvent("subscribe", Encoding.UTF8.GetBytes("""{"type":"product","symbol":"NIFTY"}"""), AckId: null));
        var subscribe = Mediator.ExpectMsg<Subscribe>(it => it.Topic == TopicName.For(Nifty));
        Assert.Empty(_transport.Sent);

        // Act 2: the topic acknowledges. Set a breakpoint in ClientJoins.OnSubscribed: it sends GetSnapshot, and the Snapshot that the
        // CacheActor answers with is not a copy but a view that ClientRooms.CompleteJoin reads when it handles it.
        client.Tell(new SubscribeAck(subscribe));
        Assert.Equal("subscribed", _transport.Sent[0].Split(' ')[0]);
        Assert.Equal("underlying_update " + Json(1), _transport.Sent[1]);

        // Act 3: the stream. NodeOrder.Take numbers the copy; ClientRooms.Receive decides by that serial whether it is sent.
        client.Tell(Order.Take(Nifty, Published("NIFTY", 2, epoch: 7, sequence: 2)));

        // Act 4: the same copy comes once more. NodeOrder.Take recognises it: look at RoomEvent.ToSend, which is null now.
        client.Tell(Order.Take(Nifty, Published("NIFTY", 2, epoch: 7, sequence: 2)));

        // Assert: the update was sent once.
        Assert.Equal("underlying_update " + Json(2), _transport.Sent[2]);
        Assert.Equal(3, _transport.Sent.Count);
    }

    [Fact]
    public void A_settling_room_gets_an_update_that_its_topic_missed()
    {
        // Arrange: the client is in the room, and the publisher on another node does not know its topic yet.
        var client = Connect();
        client.Tell(new ClientEvent("subscribe", Encoding.UTF8.GetBytes("""{"type":"product","symbol":"NIFTY"}"""), AckId: null));
        client.Tell(new SubscribeAck(Mediator.ExpectMsg<Subscribe>(it => it.Topic == TopicName.For(Nifty))));
        Pass(TimeSpan.FromMilliseconds(10));

        // Act 1: the publisher's update reaches the store only. After two gossip intervals the cache looks into the store: set a
        // breakpoint in RoomBook.StartLook, then in NodeOrder.GiveMissed, which decides that the room has missed the update.
        _store.Put(Published("NIFTY", 2, epoch: 7, sequence: 2));
        Pass(TimeSpan.FromSeconds(1));
        Assert.Equal("underlying_update " + Json(2), _transport.Sent[^1]);
        Assert.True(Order.IsSettling(Order.Use(Nifty)));

        // Act 2: the late copy comes over the topic. It is not sent again, but it shows that the publisher knows the topic now.
        client.Tell(Order.Take(Nifty, Published("NIFTY", 2, epoch: 7, sequence: 2)));
        Pass(TimeSpan.FromSeconds(1));

        // Assert: the snapshot and the update were sent once each, and the room has settled.
        Assert.Equal(2, _transport.Sent.Count(line => line.StartsWith("underlying_update ", StringComparison.Ordinal)));
        Assert.False(Order.IsSettling(Order.Use(Nifty)));
    }

    private TestActorRef<ClientActor> Connect()
    {
        _store.Put(Published("NIFTY", 1, epoch: 7, sequence: 1));
        var cache = ActorOfAsTestActorRef<CacheActor>(Props.Create(() => new CacheActor(
            new CacheSettings(), Mediator, _store, new NodeStatus(Clock), new CacheLog(NullLogger.Instance), Clock)));
        Mediator.ExpectMsg<Subscribe>(it => it.Topic == TopicName.For(Room.General));
        var context = ContextOf(cache);
        var live = new FeedStatus(FeedState.Live, Clock.GetUtcNow(), null, 7);
        var client = ActorOfAsTestActorRef<ClientActor>(Props.Create(() => new ClientActor(context, new OpenClient("client", _transport), live)));
        client.Tell(TransportReady.Instance);
        return client;
    }

    private string Json(int price) => Encoding.UTF8.GetString(Price("NIFTY", price).Payload.Span);
}

using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>What a client asks and is answered.</summary>
public class RequestSpecs(ITestOutputHelper output) : GatewaySpec(output, new() { MaxSubscriptions = 3 })
{
    [Fact]
    public void The_connected_event_has_the_client_id_and_its_rooms()
    {
        var client = Connect(sessionId: "sid-1");
        Assert.Equal("""connected {"message":"Connected to DeltaStream","client_id":"sid-1","server_time":1728000000,"rooms":["general"]}""", client.Sent[0]);
    }

    [Fact]
    public void Subscribing_and_unsubscribing_are_answered_and_acknowledged()
    {
        var client = Connect();
        client.Emit("subscribe", """{"type":"product","symbol":"M&M"}""", "1");
        Await(client, sent => sent.Count == 3);
        client.Emit("unsubscribe", """{"type":"product","symbol":"M&M"}""", "2");
        Await(client, sent => sent.Count == 5);
        Assert.Equal(
            [
                """subscribed {"room":"product:M&M","message":"Subscribed to product:M&M","values":0}""",
                """ack:1 {"status":"ok","room":"product:M&M","values":0}""",
                """unsubscribed {"room":"product:M&M","message":"Unsubscribed from product:M&M"}""",
                """ack:2 {"status":"ok","room":"product:M&M"}""",
            ],
            client.Sent.Skip(1));
    }

    [Fact]
    public void Unsubscribing_from_a_room_the_client_is_not_in_is_answered_all_the_same()
    {
        var client = Connect();
        Unsubscribe(client, Room.Chain("NIFTY"));
        Unsubscribe(client, Room.Chain("NIFTY"));
        Assert.Equal(["connected", "unsubscribed", "unsubscribed"], Names(client));
    }

    [Fact]
    public void A_refusal_is_an_event_and_if_asked_for_an_acknowledgement()
    {
        var client = Connect();
        client.Emit("subscribe", "{}");
        client.Emit("subscribe", """{"type":"chain","symbol":"A","expiry":"soon"}""", "7");
        client.Emit("buy", "{}", "8");
        Await(client, sent => sent.Count == 6);
        Assert.Equal("""error {"message":"Missing type or symbol","code":"missing_field","event":"subscribe"}""", client.Sent[1]);
        Assert.StartsWith("error ", client.Sent[2]);
        Assert.StartsWith("""ack:7 {"status":"error","code":"invalid_expiry","message":""", client.Sent[3]);
        Assert.Contains("\"code\":\"unknown_event\",\"event\":\"buy\"", client.Sent[4]);
        Assert.StartsWith("""ack:8 {"status":"error","code":"unknown_event",""", client.Sent[5]);
    }

    [Fact]
    public void A_message_that_is_not_an_event_is_refused_with_the_transports_text()
    {
        var client = Connect();
        client.Client.Tell(new InvalidClientMessage(RequestError.NoEvent("Not a JSON object")));
        Await(client, sent => sent.Count == 2);
        Assert.Equal("""error {"message":"Not a JSON object","code":"invalid_message"}""", client.Sent[1]);
    }

    [Fact]
    public void The_number_of_rooms_of_a_client_is_limited_and_leaving_one_makes_room()
    {
        var client = Connect();
        Subscribe(client, Room.Product("A"));
        Subscribe(client, Room.Product("B"));
        client.Emit("subscribe", RequestFor(Room.Product("C")), "1");
        Await(client, sent => sent[^1].StartsWith("ack:1 ", StringComparison.Ordinal));
        Assert.Equal("""error {"message":"Too many subscriptions: a client can be in 3 rooms, leave one first","code":"too_many_subscriptions","event":"subscribe","room":"product:C"}""", client.Sent[^2]);
        Assert.StartsWith("""ack:1 {"status":"error","code":"too_many_subscriptions",""", client.Sent[^1]);
        Subscribe(client, Room.Product("B"));
        Unsubscribe(client, Room.Product("A"));
        Subscribe(client, Room.Product("C"));
    }

    [Fact]
    public void Products_are_those_with_a_live_value_sorted()
    {
        var client = Connect();
        foreach (var update in new[] { Price("ZEEL", 1), Price("ACC", 2), Summary("NIFTY", "2026-11-26", 3) }) Publish(update);
        Await(client, _ => Updates(client).Count() == 3);
        client.Emit("get_products", "", "1");
        Await(client, sent => sent[^1].StartsWith("ack:1", StringComparison.Ordinal));
        Assert.Equal(["""products {"products":["ACC","NIFTY","ZEEL"]}""", """ack:1 {"status":"ok"}"""], client.Sent.TakeLast(2));
        Advance(TimeSpan.FromSeconds(60));
        client.Emit("get_products", "");
        Await(client, sent => sent.Contains("""products {"products":[]}"""));
    }

    [Fact]
    public void Expiries_are_those_with_a_live_value_nearest_first()
    {
        var client = Connect();
        foreach (var update in new[] { Summary("NIFTY", "2026-12-31", 1), Summary("NIFTY", "2026-11-26", 2), Summary("SENSEX", "2026-11-27", 3) }) Publish(update);
        Await(client, _ => Updates(client).Count() == 3);
        client.Emit("get_expiries", """{"symbol":"NIFTY"}""", "1");
        Await(client, sent => sent[^1].StartsWith("ack:1", StringComparison.Ordinal));
        Assert.Equal(["""expiries {"symbol":"NIFTY","expiries":["2026-11-26","2026-12-31"]}""", """ack:1 {"status":"ok"}"""], client.Sent.TakeLast(2));
        client.Emit("get_expiries", """{"symbol":"nifty"}""");
        Await(client, sent => sent[^1] == """expiries {"symbol":"nifty","expiries":[]}""");
    }

    [Fact]
    public void A_barrier_comes_back_after_the_direct_answers_have_left()
    {
        var client = Connect();
        for (var i = 0; i < 40; i++) client.Emit("nonsense", "");
        client.Client.Tell(WhenHandled.Instance, TestActor);
        ExpectMsg<WhenHandled>();
        Assert.Equal(41, client.Sent.Count);
    }

    [Fact]
    public void Requests_sent_before_the_connect_answer_are_handled_after_it()
    {
        var client = Connect(isReady: false);
        client.Emit("subscribe", "{}");
        client.Emit("subscribe", RequestFor(Room.General));
        client.Flushed();
        Await(client, sent => sent.Count == 3);
        Assert.Equal(["connected", "error", "subscribed"], Names(client));
    }

    [Fact]
    public void Joining_and_leaving_are_logged_with_client_and_room()
    {
        var client = Connect(sessionId: "sid-1");
        Subscribe(client, Room.Product("A"));
        Unsubscribe(client, Room.Product("A"));
        foreach (var name in new[] { "client_subscribed", "client_unsubscribed" })
        {
            var fields = Assert.Single(Logs.Of(name));
            Assert.Equal(("sid-1", "product:A"), (fields["client_id"], fields["room"]));
        }
    }

    /// <summary>Of a topic that nobody was ever subscribed to the mediator would keep the name for good, for any client to fill it with.</summary>
    [Fact]
    public void Leaving_a_room_after_the_mediator_has_restarted_and_before_subscribing_again_sends_it_no_message()
    {
        var (mediator, cache, transport) = (CreateTestProbe(), CreateTestProbe(), new MemoryTransport(Protocol));
        var context = new ClientContext(new(), mediator, cache, CreateTestProbe(), new(Time), Metrics, new(Logs.CreateLogger("")), Time);
        var open = new OpenClient("sid", transport) { Identity = ClientIdentity.Anonymous };
        transport.Client = Sys.ActorOf(Props.Create(() => new ClientActor(context, open, Status.Feed)));
        transport.Emit("subscribe", RequestFor(Room.Product("A")));
        var use = cache.ExpectMsg<UseRoom>();
        transport.Client.Tell(new RoomReady(use.Room, use.JoinId));
        mediator.ExpectMsg<Subscribe>();

        transport.Client.Tell(SubscriptionsLost.Instance);
        cache.ExpectMsg<UseRoom>();
        transport.Emit("unsubscribe", RequestFor(Room.Product("A")));
        cache.ExpectMsg<LeaveRoom>();
        mediator.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void Leaving_a_room_before_subscribing_sends_the_mediator_no_message()
    {
        var (mediator, cache, transport) = (CreateTestProbe(), CreateTestProbe(), new MemoryTransport(Protocol));
        var context = new ClientContext(new(), mediator, cache, CreateTestProbe(), new(Time), Metrics, new(Logs.CreateLogger("")), Time);
        var open = new OpenClient("sid", transport) { Identity = ClientIdentity.Anonymous };
        transport.Client = Sys.ActorOf(Props.Create(() => new ClientActor(context, open, Status.Feed)));
        transport.Emit("subscribe", RequestFor(Room.Product("A")));
        cache.ExpectMsg<UseRoom>();
        transport.Emit("unsubscribe", RequestFor(Room.Product("A")));
        cache.ExpectMsg<LeaveRoom>();

        transport.Emit("subscribe", RequestFor(Room.Product("B")));
        var use = cache.ExpectMsg<UseRoom>();
        transport.Client.Tell(new RoomReady(use.Room, use.JoinId));
        transport.Emit("unsubscribe", RequestFor(Room.Product("B")));

        var topics = new[] { mediator.ExpectMsg<Subscribe>().Topic, mediator.ExpectMsg<Unsubscribe>().Topic };
        Assert.All(topics, topic => Assert.Equal(TopicName.For(Room.Product("B")), topic));
    }
}

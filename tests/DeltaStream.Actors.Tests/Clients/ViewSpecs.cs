using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Views;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>Views of whole documents: how they are granted, replaced, ended, kept, and which of two rooms' views counts.</summary>
public class ViewSpecs(ITestOutputHelper output) : GatewaySpec(output)
{
    private const string Meta = """{"version":"1-1","received_at":1728000000}""";

    [Fact]
    public void With_meta_each_update_says_its_place_in_the_feed_and_its_time_of_receipt()
    {
        var client = Connect();
        Publish(Price("A", 1));
        Await(client, sent => sent[^1] == Text(Price("A", 1)));
        Assert.Equal($"{Text(Price("A", 1))} {Meta}", Ask(client, """{"type":"product","symbol":"A","meta":true}""")[2]);
        Publish(Price("A", 16));
        Await(client, sent => sent[^1] == $$"""{{Text(Price("A", 16))}} {"version":"1-16","received_at":1728000000}""");
        Publish(Price("B", 17));
        Await(client, sent => sent[^1] == Text(Price("B", 17)));
    }

    [Fact]
    public void A_view_of_general_counts_for_its_keys_but_for_those_of_a_narrower_room_and_for_no_market_status()
    {
        var client = Connect();
        Subscribe(client, Room.Product("B"));
        Ask(client, """{"type":"general","meta":true}""");
        var before = client.Sent.Count;
        Publish(Price("A", 1));
        Publish(Price("B", 1));
        Publish(MarketStatus("NSE", 1));
        Publish(Summary("N", "2026-11-26", 1));
        Await(client, sent => sent.Count == before + 4);
        Assert.Equal(
            [$"{Text(Price("A", 1))} {Meta}", Text(Price("B", 1)), Text(MarketStatus("NSE", 1)), $"{Text(Summary("N", "2026-11-26", 1))} {Meta}"],
            client.Sent.Skip(before).OrderBy(line => line.StartsWith("chain", StringComparison.Ordinal) ? 3 : line.StartsWith("market", StringComparison.Ordinal) ? 2 : line.Contains("\"B\"", StringComparison.Ordinal) ? 1 : 0));
        Unsubscribe(client, Room.Product("B"));
        Publish(Price("B", 2));
        Await(client, sent => sent[^1].StartsWith($"{Text(Price("B", 2))} ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_wrong_field_is_refused_by_name_and_the_former_view_stays()
    {
        var client = Connect();
        Ask(client, """{"type":"product","symbol":"A","meta":true}""");
        var refused = Ask(client, """{"type":"product","symbol":"A","mode":"delta"}""");
        Assert.StartsWith("""error {"message":"mode """, refused[0]);
        Assert.EndsWith(""","code":"invalid_view","event":"subscribe","room":"product:A"}""", refused[0]);
        Assert.StartsWith("""ack:1 {"status":"error","code":"invalid_view","message":"mode """, refused[1]);
        Assert.Equal(2, refused.Count);
        Publish(Price("A", 1));
        Await(client, sent => sent[^1] == $"{Text(Price("A", 1))} {Meta}");
    }

    [Fact]
    public void Each_entry_of_an_array_has_its_own_view()
    {
        var client = Connect();
        var lines = Ask(client, """{"rooms":[{"type":"product","symbol":"A","meta":true},{"type":"product","symbol":"B"},{"type":"product","symbol":"C","max_rate":0}]}""");
        Assert.StartsWith("""ack:1 {"status":"error","rooms":[{"room":"product:A","status":"ok","values":0,"view":{"mode":"full","meta":true}},{"room":"product:B","status":"ok","values":0},{"room":"product:C","status":"error","code":"invalid_view",""", lines[0]);
        Assert.Equal("""subscribed {"room":"product:A","message":"Subscribed to product:A","values":0,"view":{"mode":"full","meta":true}}""", lines[1]);
        Assert.Equal("""synced {"rooms":["product:A","product:B"]}""", lines[^1]);
    }

    [Fact]
    public void In_unsubscribe_view_fields_are_ignored()
    {
        var client = Connect();
        client.Emit("unsubscribe", """{"type":"product","symbol":"A","mode":"nonsense"}""");
        Await(client, sent => sent[^1].StartsWith("unsubscribed ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_client_that_moves_or_comes_back_keeps_its_views()
    {
        var client = Connect();
        Ask(client, """{"type":"product","symbol":"A","meta":true}""");
        client.Client.Tell(MoveClient.Instance, TestActor);
        var moved = ExpectMsg<ClientMoved>().Client;
        Assert.Equal("""{"mode":"full","meta":true}""", Assert.Single(moved.Views!.Rooms).View);
        var session = ClientSession.Create(ClientIdentity.Anonymous, 1);
        session.Recovered = SavedSession.Read(new SavedSession("client", [Room.Product("A"), Room.Product("B")]) { Views = ["""{"mode":"full","meta":true}""", null] }.Write());

        foreach (var open in new[] { new OpenClient("moved", new MemoryTransport(Protocol)) { Moved = moved }, new OpenClient("back", new MemoryTransport(Protocol)) { Session = session } })
        {
            var transport = (MemoryTransport)open.Transport;
            Supervisor.Tell(open, TestActor);
            transport.Client = ExpectMsg<ClientOpened>().Client;
            transport.Flushed();
            Subscribe(transport, Room.Product("Z"));
            var update = Price("A", 1 + Environment.TickCount64);
            AwaitAssert(() =>
            {
                Publish(update);
                Assert.Contains(transport.Sent, line => line.StartsWith($"{Text(update)} {{\"version\"", StringComparison.Ordinal));
            });
        }
    }

    [Fact]
    public void A_stored_session_is_read_with_and_without_views_and_by_an_older_version()
    {
        var plain = new SavedSession("sid", [Room.General, Room.Product("A")]);
        Assert.Equal("sid\tgeneral\tproduct:A", plain.Write());
        var viewed = plain with { Views = [null, """{"mode":"full","max_rate":0.5}"""] };
        Assert.Equal("sid\tgeneral\tproduct:A\t{\"mode\":\"full\",\"max_rate\":0.5}", viewed.Write());
        var read = SavedSession.Read(viewed.Write());
        Assert.Equal(viewed.Rooms, read.Rooms);
        Assert.Equal(viewed.Views, read.Views);
        Assert.Null(SavedSession.Read(plain.Write()).Views);
        // An older version leaves out what is not a room.
        Assert.False(Room.TryParse("""{"mode":"full","max_rate":0.5}""", out _));
        Assert.Equal(new View(ViewShape.Whole, RateClass.For(0.5)), StoredView.Read(viewed.Views![1]!));
        Assert.Null(StoredView.Read("{"));
    }

    private List<string> Ask(MemoryTransport client, string data)
    {
        var before = client.Sent.Count;
        client.Emit("subscribe", data, "1");
        Await(client, sent => sent.Skip(before).Any(line => line.StartsWith("ack:1 ", StringComparison.Ordinal)));
        client.Client.Tell(WhenHandled.Instance, TestActor);
        ExpectMsg<WhenHandled>();
        return [.. client.Sent.Skip(before)];
    }
}

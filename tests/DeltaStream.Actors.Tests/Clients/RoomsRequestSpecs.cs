using System.Text.Json;
using Akka.Actor;
using DeltaStream.Actors.Clients;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>Requests with <c>rooms</c>: one acknowledgement first, then an answer for each room, the snapshots, and <c>synced</c>.</summary>
public class RoomsRequestSpecs(ITestOutputHelper output) : GatewaySpec(output, new() { MaxSubscriptions = 6, Joins = new(2, 12) })
{
    private const string A = """{"type":"product","symbol":"A"}""";
    private const string B = """{"type":"product","symbol":"B"}""";

    [Fact]
    public void The_acknowledgement_comes_first_then_an_answer_for_each_room_then_the_snapshots_then_synced()
    {
        Store.Put(Price("A", 1));
        Store.Put(Chain("N", "2026-11-26", 2));
        var client = Connect();
        Assert.Equal(
            [
                """ack:1 {"status":"ok","rooms":[{"room":"chain:N:2026-11-26","status":"ok","values":1},{"room":"product:A","status":"ok","values":1},{"room":"product:B","status":"ok","values":0}]}""",
                """subscribed {"room":"chain:N:2026-11-26","message":"Subscribed to chain:N:2026-11-26","values":1}""",
                """subscribed {"room":"product:A","message":"Subscribed to product:A","values":1}""",
                """subscribed {"room":"product:B","message":"Subscribed to product:B","values":0}""",
                Text(Chain("N", "2026-11-26", 2)),
                Text(Price("A", 1)),
                """synced {"rooms":["chain:N:2026-11-26","product:A","product:B"]}""",
            ],
            Send(client, "subscribe", Rooms("""{"type":"chain","symbol":"N","expiry":"2026-11-26"}""", A, B)));
    }

    [Fact]
    public void An_entry_that_fails_is_an_error_in_its_place_and_the_others_are_joined()
    {
        var client = Connect();
        var lines = Send(client, "subscribe", Rooms("7", """{"type":"product","symbol":"?"}""", A, "{}", """{"type":"chain","symbol":"A","expiry":"soon"}"""));
        Assert.StartsWith("""ack:1 {"status":"error","rooms":[{"status":"error","code":"invalid_message","message":"An entry of rooms""", lines[0]);
        Assert.Equal(["invalid_message", "invalid_symbol", null, "missing_field", "invalid_expiry"], Entries(lines[0]).Select(it => it.TryGetProperty("code", out var code) ? code.GetString() : null));
        Assert.Equal(["ack:1", "error", "error", "subscribed", "error", "error", "synced"], lines.Select(line => line.Split(' ')[0]));
        Assert.Equal("""error {"message":"Missing type or symbol","code":"missing_field","event":"subscribe"}""", lines[4]);
        Assert.Equal("""synced {"rooms":["product:A"]}""", lines[^1]);
    }

    [Fact]
    public void A_room_named_twice_has_one_answer_at_the_place_of_its_last_entry()
    {
        var lines = Send(Connect(), "subscribe", Rooms(A, B, A));
        Assert.Equal(["product:B", "product:A"], Entries(lines[0]).Select(it => it.GetProperty("room").GetString()));
        Assert.Equal(4, lines.Count);
    }

    [Theory]
    [InlineData("""{"rooms":[]}""")]
    [InlineData("""{"rooms":{}}""")]
    [InlineData("""{"rooms":"product:A"}""")]
    [InlineData("""{"rooms":[{"type":"product","symbol":"A"}],"type":"product"}""")]
    [InlineData("201")]
    public void A_request_that_is_not_valid_as_a_whole_has_one_answer(string data)
    {
        if (data == "201") data = Rooms([.. Enumerable.Repeat(A, 201)]);
        foreach (var name in new[] { "subscribe", "unsubscribe" })
        {
            var client = Connect();
            var lines = Send(client, name, data);
            Assert.StartsWith($$"""error {"message":"rooms of {{name}} must be""", lines[0]);
            Assert.EndsWith($$""","code":"invalid_message","event":"{{name}}"}""", lines[0]);
            Assert.StartsWith("""ack:1 {"status":"error","code":"invalid_message","message":""", lines[1]);
            Assert.Equal(2, lines.Count);
        }
    }

    [Fact]
    public void Where_no_room_is_granted_synced_names_none()
    {
        var client = Connect(identity: new("reader", RoomGrant.Of(["product:B"]), null, null));
        var lines = Send(client, "subscribe", Rooms(A));
        Assert.Equal("""ack:1 {"status":"error","rooms":[{"room":"product:A","status":"error","code":"unauthorized","message":"The token does not cover product:A"}]}""", lines[0]);
        Assert.Equal("""error {"message":"The token does not cover product:A","code":"unauthorized","event":"subscribe","room":"product:A"}""", lines[1]);
        Assert.Equal("""synced {"rooms":[]}""", lines[2]);
    }

    [Fact]
    public void Replace_leaves_all_other_rooms_but_general_without_a_word_and_limits_count_after_that()
    {
        var client = Connect();
        Send(client, "subscribe", Rooms(Products("C", "D", "E", "F", "B")));
        var lines = Send(client, "subscribe", """{"replace":true,"rooms":[""" + string.Join(',', Products("A", "?", "B", "G", "H", "I")) + "]}");
        Assert.EndsWith(""","left":["product:C","product:D","product:E","product:F"]}""", lines[0]);
        Assert.Equal([true, false, true, true, true, true], Entries(lines[0]).Select(it => it.GetProperty("status").GetString() == "ok"));
        Assert.DoesNotContain(lines, line => line.StartsWith("unsubscribed", StringComparison.Ordinal));
        var before = client.Sent.Count;
        Publish(Price("A", 1));
        Publish(Price("C", 2));
        Await(client, sent => sent.Contains(Text(Price("C", 2))));
        Assert.Equal([Text(Price("A", 1)), Text(Price("C", 2))], client.Sent.Skip(before));
    }

    [Fact]
    public void A_room_beyond_the_limit_is_an_error_of_its_entry()
    {
        var lines = Send(Connect(), "subscribe", Rooms(Products("A", "B", "C", "D", "E", "F")));
        Assert.Equal("too_many_subscriptions", Entries(lines[0]).Last().GetProperty("code").GetString());
        Assert.EndsWith(""","code":"too_many_subscriptions","event":"subscribe","room":"product:F"}""", lines[6]);
        Assert.Equal("""synced {"rooms":["product:A","product:B","product:C","product:D","product:E"]}""", lines[^1]);
    }

    [Fact]
    public void Each_entry_counts_as_a_join_and_a_request_beyond_the_rate_changes_nothing()
    {
        var client = Connect();
        Send(client, "subscribe", Rooms(Products("A", "B", "A", "B", "A", "?", "?")));
        var refused = Send(client, "subscribe", """{"replace":true,"rooms":[""" + string.Join(',', Products("C", "D", "E", "F", "G", "H")) + "]}");
        Assert.Equal("""error {"message":"Too many joins: the limit is 2 a second and 12 at once","code":"rate_limited","event":"subscribe"}""", refused[0]);
        Assert.Equal("""ack:1 {"status":"error","code":"rate_limited","message":"Too many joins: the limit is 2 a second and 12 at once"}""", refused[1]);
        var left = Send(client, "unsubscribe", Rooms(Products("A", "C")));
        Assert.Equal("""ack:1 {"status":"ok","rooms":[{"room":"product:A","status":"ok"},{"room":"product:C","status":"ok"}]}""", left[0]);
        Assert.StartsWith("subscribed ", Send(client, "subscribe", Products("C")[0])[0]);
    }

    [Fact]
    public void Unsubscribing_from_several_rooms_answers_each_and_nothing_of_them_follows()
    {
        var client = Connect();
        Send(client, "subscribe", Rooms(A, """{"type":"chain","symbol":"N"}"""));
        var lines = Send(client, "unsubscribe", Rooms("""{"type":"general"}""", """{"type":"product"}""", """{"type":"chain","symbol":"N"}"""));
        Assert.StartsWith("""ack:1 {"status":"error","rooms":[{"room":"general","status":"ok"},{"status":"error","code":"missing_field",""", lines[0]);
        Assert.Equal(
            [
                """unsubscribed {"room":"general","message":"Unsubscribed from general"}""",
                """error {"message":"Missing type or symbol","code":"missing_field","event":"unsubscribe"}""",
                """unsubscribed {"room":"chain:N","message":"Unsubscribed from chain:N"}""",
            ],
            lines.Skip(1));
        var before = client.Sent.Count;
        Publish(Chain("N", "2026-11-26", 1));
        Publish(Price("B", 2));
        Publish(Price("A", 3));
        Await(client, sent => sent.Contains(Text(Price("A", 3))));
        Assert.Equal([Text(Price("A", 3))], client.Sent.Skip(before));
    }

    [Fact]
    public void Requests_are_answered_in_their_order_while_a_request_for_several_rooms_is_under_way()
    {
        var client = Connect();
        client.Emit("subscribe", A, "1");
        client.Emit("subscribe", Rooms(A, B), "2");
        client.Emit("unsubscribe", B, "3");
        client.Emit("subscribe", Rooms(B), "4");
        client.Emit("subscribe", A, "5");
        Await(client, sent => sent.Any(line => line.StartsWith("ack:5", StringComparison.Ordinal)));
        Assert.Equal(
            ["subscribed", "ack:1", "ack:2", "subscribed", "subscribed", "synced", "unsubscribed", "ack:3", "ack:4", "subscribed", "synced", "subscribed", "ack:5"],
            Names(client).Skip(1));
    }

    [Fact]
    public void For_a_slow_client_synced_waits_for_the_snapshots()
    {
        Store.Put(Price("A", 1));
        Store.Put(Price("B", 2));
        var client = Connect();
        client.IsFast = false;
        Publish(Price("X", 3));
        Await(client, sent => sent.Contains(Text(Price("X", 3))));
        client.Emit("subscribe", Rooms(A, B), "1");
        AwaitAssert(() =>
        {
            client.Client.Tell(WhenHandled.Instance, TestActor);
            ExpectMsg<WhenHandled>();
            Assert.Contains(Logs.Of("client_subscribed"), fields => fields["room"]?.ToString() == "product:B");
        });
        // A newer value takes the place of the one in the snapshot.
        Publish(Price("A", 4));
        Publish(Price("B", 5));
        client.IsFast = true;
        client.Flushed();
        Await(client, sent => sent.Contains(Text(Price("A", 4))) && sent.Contains(Text(Price("B", 5))) && sent.Any(line => line.StartsWith("synced ", StringComparison.Ordinal)));
        var lines = client.Sent.ToList();
        Assert.InRange(lines.FindIndex(line => line.StartsWith("synced ", StringComparison.Ordinal)), lines.FindIndex(line => line.Contains("\"product\":\"B\"", StringComparison.Ordinal)) + 1, lines.Count);
    }

    [Fact]
    public void A_request_that_waits_for_the_answers_to_another_is_carried_out_once_they_are_sent()
    {
        var client = Connect();
        client.IsFast = false;
        Publish(Price("X", 1));
        Await(client, sent => sent.Contains(Text(Price("X", 1))));
        client.Emit("subscribe", Rooms(A), "1");
        AwaitAssert(() => Assert.Contains(Logs.Of("client_subscribed"), fields => fields["room"]?.ToString() == "product:A"));
        client.Emit("unsubscribe", Rooms(A), "2");
        client.IsFast = true;
        client.Flushed();
        Await(client, sent => sent.Any(line => line.StartsWith("ack:2", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_renewed_token_that_covers_less_fails_the_entry_that_waits()
    {
        var client = Connect(identity: new("reader", RoomGrant.All, null, null));
        client.Emit("subscribe", Rooms(A, B), "1");
        client.Client.Tell(new Authenticated(new("reader", RoomGrant.Of(["general", "product:B"]), null, null), null));
        Await(client, sent => sent.Any(line => line.StartsWith("synced", StringComparison.Ordinal)) && sent.Contains("""unsubscribed {"room":"product:A","message":"Unsubscribed from product:A"}"""));
        Publish(Price("A", 1));
        Publish(Price("B", 2));
        Await(client, sent => sent.Count(line => line == Text(Price("B", 2))) == 1);
        Assert.Equal(1, client.Sent.Count(line => line == Text(Price("A", 1))));
    }

    private static string Rooms(params string[] entries) => $$"""{"rooms":[{{string.Join(',', entries)}}]}""";

    private static string[] Products(params string[] symbols) => [.. symbols.Select(symbol => $$"""{"type":"product","symbol":"{{symbol}}"}""")];

    private static IEnumerable<JsonElement> Entries(string acknowledgement) =>
        JsonDocument.Parse(acknowledgement[(acknowledgement.IndexOf(' ', StringComparison.Ordinal) + 1)..]).RootElement.GetProperty("rooms").EnumerateArray();

    /// <summary>Sends a request and gives all lines until it is carried out.</summary>
    private List<string> Send(MemoryTransport client, string name, string data)
    {
        var before = client.Sent.Count;
        client.Emit(name, data, "1");
        Await(client, sent => sent.Skip(before).Any(line => line.StartsWith("ack:1 ", StringComparison.Ordinal)));
        client.Client.Tell(WhenHandled.Instance, TestActor);
        ExpectMsg<WhenHandled>();
        return [.. client.Sent.Skip(before)];
    }
}

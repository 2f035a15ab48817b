using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>The bytes that a client's requests make the node send have a limit, and so have its joins.</summary>
public class RequestedBytesSpecs(ITestOutputHelper output)
    : GatewaySpec(output, new() { RequestedBytes = new(100, 400), Joins = new(2, 8) })
{
    private static readonly string[] Requests = ["subscribe", "get_products", "get_expiries"];

    [Fact]
    public void A_client_that_has_requested_too_much_is_refused_until_its_bytes_are_paid()
    {
        var client = Connect();
        Publish(Price(new string('A', 30), 1));
        Await(client, _ => Updates(client).Any());
        var sent = 0;
        while (sent <= 400) sent += Ask(client, "subscribe", """{"type":"general"}""").Where(line => line.StartsWith("underlying_update", StringComparison.Ordinal)).Sum(line => line.Length);

        foreach (var request in Requests)
        {
            var refused = Ask(client, request, """{"type":"product","symbol":"B"}""");
            Assert.Contains("""{"message":"Too many bytes requested: the limit is 100 a second and 400 at once","code":"rate_limited",""", refused[0]);
            Assert.Contains($"\"event\":\"{request}\"", refused[0]);
            Assert.StartsWith("""ack:1 {"status":"error","code":"rate_limited",""", refused[1]);
        }

        // Nothing was joined, and leaving is not a request for bytes.
        Publish(Price("B", 2));
        Await(client, lines => lines.Contains(Text(Price("B", 2))));
        Assert.StartsWith("unsubscribed ", Ask(client, "unsubscribe", """{"type":"general"}""")[0]);

        Time.Advance(TimeSpan.FromSeconds((sent - 400) / 100.0 + 0.01));
        Assert.StartsWith("subscribed ", Ask(client, "subscribe", """{"type":"product","symbol":"B"}""")[0]);
    }

    [Fact]
    public void Lists_count_toward_the_bytes_that_a_client_may_request()
    {
        var client = Connect();
        for (var i = 0; i < 20; i++) Publish(Price($"PRODUCT{i}", i));
        Await(client, _ => Updates(client).Count() == 20);
        for (var asked = 0; asked < 400;) asked += Ask(client, "get_products", "")[0].Length;
        Assert.Contains("rate_limited", Ask(client, "get_products", "")[0]);
    }

    [Fact]
    public void Updates_of_the_stream_cost_nothing()
    {
        var client = Connect();
        for (var i = 0; i < 50; i++) Publish(Price("A", i));
        Await(client, _ => Updates(client).Count() == 50);
        Assert.StartsWith("subscribed ", Ask(client, "subscribe", """{"type":"product","symbol":"B"}""")[0]);
    }

    [Fact]
    public void A_snapshot_that_waits_for_a_slow_client_is_charged_when_it_is_written()
    {
        var client = Connect();
        for (var i = 0; i < 12; i++) Publish(Price($"PRODUCT-{i:00}", i));
        Await(client, _ => Updates(client).Count() == 12);
        client.IsFast = false;
        client.Emit("get_products", "");
        Await(client, sent => sent[^1].StartsWith("products ", StringComparison.Ordinal));

        for (var i = 0; i < 5; i++) client.Emit("subscribe", """{"type":"general"}""");
        client.IsFast = true;
        client.Flushed();
        Await(client, sent => sent.Count(line => line.StartsWith("subscribed ", StringComparison.Ordinal)) == 5);
        Await(client, _ => Updates(client).Count() == 24);
        Assert.Contains("rate_limited", Ask(client, "get_products", "")[0]);
    }

    [Fact]
    public void Each_subscribe_is_a_join_and_joins_have_a_limit()
    {
        var client = Connect();
        for (var i = 0; i < 8; i++) Assert.StartsWith("subscribed ", Ask(client, "subscribe", RequestFor(Room.Product("A")))[0]);
        var refused = Ask(client, "subscribe", RequestFor(Room.Product("B")));
        Assert.Equal("""error {"message":"Too many joins: the limit is 2 a second and 8 at once","code":"rate_limited","event":"subscribe","room":"product:B"}""", refused[0]);
        Time.Advance(TimeSpan.FromMilliseconds(510));
        Assert.StartsWith("subscribed ", Ask(client, "subscribe", RequestFor(Room.Product("B")))[0]);
        Assert.StartsWith("error ", Ask(client, "subscribe", RequestFor(Room.Product("B")))[0]);
    }

    [Fact]
    public void A_room_that_the_token_does_not_cover_is_unauthorized_before_any_limit()
    {
        var client = Connect(identity: new("reader", RoomGrant.Of(["product:A"]), null, null));
        for (var i = 0; i < 8; i++) Ask(client, "subscribe", RequestFor(Room.Product("A")));
        Assert.Contains("unauthorized", Ask(client, "subscribe", RequestFor(Room.Product("B")))[0]);
    }

    [Fact]
    public void A_client_that_connects_again_on_its_connection_keeps_its_used_bytes()
    {
        var usage = new ClientUsage();
        usage.Charge(401, new(100, 400), Time);
        var transport = new MemoryTransport(Protocol);
        Supervisor.Tell(new OpenClient("again", transport) { Usage = usage }, TestActor);
        transport.Client = ExpectMsg<ClientOpened>().Client;
        transport.Flushed();
        Await(transport, sent => sent.Count == 1);
        Assert.Contains("rate_limited", Ask(transport, "get_products", "")[0]);
    }

    /// <summary>Sends a request and gives the lines from its answer on.</summary>
    private List<string> Ask(MemoryTransport client, string name, string data)
    {
        var before = client.Sent.Count;
        client.Emit(name, data, "1");
        Await(client, sent => sent.Skip(before).Any(line => line.StartsWith("ack:1 ", StringComparison.Ordinal)));
        client.Client.Tell(WhenHandled.Instance, TestActor);
        ExpectMsg<WhenHandled>();
        return [.. client.Sent.Skip(before)];
    }
}

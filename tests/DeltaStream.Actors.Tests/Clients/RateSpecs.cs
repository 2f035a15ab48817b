using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using DeltaStream.Actors.Views;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>A rate limits the updates of a key: the first after a quiet period comes at once, later ones at the instants of the class, the last always.</summary>
public class RateSpecs(ITestOutputHelper output) : GatewaySpec(output)
{
    [Fact]
    public void The_first_update_comes_at_once_and_the_last_of_a_burst_within_one_period()
    {
        var client = Rated("A", 1);
        Tell(Price("A", 1), client);
        for (var i = 2; i <= 6; i++) Tell(Price("A", i), client);
        Assert.Equal([Text(Price("A", 1))], Of(client, "A"));
        Pass(client, TimeSpan.FromSeconds(1));
        Assert.Equal([Text(Price("A", 1)), Text(Price("A", 6))], Of(client, "A"));
    }

    [Fact]
    public void In_any_time_there_is_at_most_one_update_a_period_and_one_more()
    {
        var client = Rated("A", 2);
        for (var i = 1; i <= 100; i++)
        {
            Tell(Price("A", i), client);
            Pass(client, TimeSpan.FromMilliseconds(50));
        }

        Assert.InRange(Of(client, "A").Count(), 9, 11);
        Pass(client, TimeSpan.FromMilliseconds(500));
        Assert.Equal(Text(Price("A", 100)), Of(client, "A").Last());
    }

    [Fact]
    public void After_a_quiet_period_an_update_comes_at_once()
    {
        var client = Rated("A", 1);
        for (var i = 1; i <= 3; i++)
        {
            Tell(Price("A", i), client);
            Assert.Equal(Text(Price("A", i)), Of(client, "A").Last());
            Pass(client, TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Each_key_of_a_wide_room_has_its_own_rate_and_a_narrow_room_its_own_view()
    {
        var client = Connect();
        Subscribe(client, Room.Product("B"));
        Ask(client, """{"type":"general","max_rate":1}""");
        Ask(client, """{"type":"product","symbol":"C","max_rate":0.1}""");
        for (var i = 1; i <= 3; i++)
        {
            Tell(Room.General, Price("A", i), client);
            Tell(Price("B", i), client);
            Tell(Price("C", i), client);
        }

        Assert.Equal([Text(Price("A", 1))], Of(client, "A"));
        Assert.Equal([1, 2, 3], Of(client, "B").Select(line => line[^2] - '0'));
        Pass(client, TimeSpan.FromSeconds(1));
        Assert.Equal([Text(Price("A", 1)), Text(Price("A", 3))], Of(client, "A"));
        Assert.Equal([Text(Price("C", 1))], Of(client, "C"));
        Pass(client, TimeSpan.FromSeconds(10));
        Assert.Equal([Text(Price("C", 1)), Text(Price("C", 3))], Of(client, "C"));
    }

    [Fact]
    public void A_snapshot_comes_at_once_and_takes_the_place_of_what_was_held()
    {
        var client = Rated("A", 0.1);
        Tell(Price("A", 1), client);
        Tell(Price("A", 2), client);
        Ask(client, """{"type":"product","symbol":"A","max_rate":0.1}""");
        Assert.Equal([Text(Price("A", 1)), Text(Price("A", 2))], Of(client, "A"));
        Pass(client, TimeSpan.FromSeconds(20));
        Assert.Equal(2, Of(client, "A").Count());
    }

    [Fact]
    public void Clients_of_one_class_share_the_frames_that_are_due()
    {
        var clients = Enumerable.Range(0, 5).Select(_ => Rated("A", 5)).ToArray();
        var before = Protocol.EncodedEvents;
        for (var i = 1; i <= 20; i++) Tell(Price("A", i), clients);
        Advance(TimeSpan.FromMilliseconds(200));
        foreach (var client in clients) Barriers(client);
        foreach (var client in clients) Assert.Equal([Text(Price("A", 1)), Text(Price("A", 20))], Of(client, "A"));
        Assert.InRange(Protocol.EncodedEvents - before, 2, 2);
    }

    [Fact]
    public void Without_view_fields_the_rate_ends()
    {
        var client = Rated("A", 0.1);
        var lines = Ask(client, """{"type":"product","symbol":"A"}""");
        Assert.Equal(["""subscribed {"room":"product:A","message":"Subscribed to product:A","values":0}""", """ack:1 {"status":"ok","room":"product:A","values":0}"""], lines);
        for (var i = 1; i <= 3; i++) Tell(Price("A", i), client);
        Assert.Equal(3, Of(client, "A").Count());
    }

    [Fact]
    public void The_instants_of_a_class_are_a_period_apart_and_the_same_for_all()
    {
        foreach (var rate in RateClass.All)
        {
            var (period, key) = (RateClock.TicksOf(rate), new DataKey(MarketEvent.UnderlyingUpdate, ConflationKey.Underlying("A")));
            for (var now = 0; now < 3 * period; now++)
            {
                var next = RateClock.Next(rate, key, now);
                Assert.InRange(next, now + 1, now + period);
                Assert.Equal(RateClock.Next(rate, key, 0) % period, next % period);
            }
        }
    }

    private MemoryTransport Rated(string symbol, double rate)
    {
        var client = Connect();
        Unsubscribe(client, Room.General);
        var lines = Ask(client, FormattableString.Invariant($$"""{"type":"product","symbol":"{{symbol}}","max_rate":{{rate}}}"""));
        Assert.EndsWith(FormattableString.Invariant($$$""","view":{"mode":"full","max_rate":{{{rate}}}}}"""), lines[0]);
        Assert.Equal($$"""synced {"rooms":["product:{{symbol}}"]}""", lines[^1]);
        return client;
    }

    private List<string> Ask(MemoryTransport client, string data)
    {
        var before = client.Sent.Count;
        client.Emit("subscribe", data, "1");
        Await(client, sent => sent.Skip(before).Any(line => line.StartsWith("ack:1 ", StringComparison.Ordinal)));
        Barriers(client);
        return [.. client.Sent.Skip(before)];
    }

    /// <summary>An update comes over a room's topic to the clients.</summary>
    private void Tell(Room room, MarketUpdate update, params MemoryTransport[] clients)
    {
        var roomEvent = NodeOrder.For(Sys).Take(room, update);
        foreach (var client in clients)
        {
            client.Client.Tell(roomEvent, TestActor);
            Barriers(client);
        }
    }

    private void Tell(MarketUpdate update, params MemoryTransport[] clients) => Tell(Room.Product(update.Key.Symbol), update, clients);

    private void Barriers(MemoryTransport client)
    {
        client.Client.Tell(WhenHandled.Instance, TestActor);
        ExpectMsg<WhenHandled>();
    }

    private void Pass(MemoryTransport client, TimeSpan time)
    {
        Advance(time);
        Barriers(client);
    }

    private static IEnumerable<string> Of(MemoryTransport client, string symbol) =>
        client.Sent.Where(line => line.StartsWith($$"""underlying_update {"product":"{{symbol}}",""", StringComparison.Ordinal));
}

using Akka.Actor;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>What a client may rely on (docs/protocol.md), over the node's real mediator.</summary>
public class PromiseSpecs(ITestOutputHelper output) : GatewaySpec(output)
{
    private const string Near = "2026-11-26";
    private const string Far = "2026-12-31";

    [Fact]
    public void Every_update_after_connecting_comes_once_and_in_order()
    {
        var client = Connect();
        var prices = Enumerable.Range(1, 50).Select(i => Price("NIFTY", i)).ToArray();
        foreach (var price in prices) Publish(price);
        Await(client, sent => sent.Contains(Text(prices[^1])));
        Assert.StartsWith("connected ", client.Sent[0]);
        Assert.Equal(prices.Select(Text).Where(Updates(client).Contains), Updates(client));
        Assert.Equal(Updates(client).Distinct(), Updates(client));
    }

    [Fact]
    public void A_subscriber_gets_the_answer_the_snapshot_and_then_the_stream()
    {
        var (first, second) = (Price("NIFTY", 1), Price("NIFTY", 2));
        PublishAndSee(first);
        var client = Connect();
        Subscribe(client, Room.Product("NIFTY"));
        Await(client, sent => sent.Contains(Text(first)));
        Publish(second);
        Await(client, sent => sent.Contains(Text(second)));
        Assert.Equal(["connected", "subscribed", "underlying_update", "underlying_update"], Names(client));
    }

    [Fact]
    public void The_status_of_every_known_market_comes_on_connecting_and_then_each_change()
    {
        var (price, open, closed) = (Price("NIFTY", 1), MarketStatus("NSE", 1), MarketStatus("NSE", 2));
        PublishAndSee(price);
        PublishAndSee(open);
        var client = Connect();
        Await(client, sent => sent.Contains(Text(open)));
        Publish(closed);
        Await(client, sent => sent.Contains(Text(closed)));
        Assert.Equal(["connected", "market_status", "market_status"], Names(client));
    }

    [Fact]
    public void A_status_that_is_read_late_reaches_clients_that_connected_before_the_read()
    {
        Store.Put(MarketStatus("NSE", 1));
        var client = Connect();
        Look();
        Await(client, sent => sent.Contains(Text(MarketStatus("NSE", 1))));
        Assert.Single(client.Sent, Text(MarketStatus("NSE", 1)));
    }

    [Fact]
    public void An_update_that_waits_when_the_snapshot_comes_is_not_sent_twice()
    {
        var client = Connect();
        Subscribe(client, Room.Product("NIFTY"));
        var (order, room) = (NodeOrder.For(Sys), Room.Product("NIFTY"));
        var (first, second) = (order.Take(Room.General, Price("NIFTY", 1)), order.Take(Room.General, Price("NIFTY", 2)));
        client.OnWrite = () =>
        {
            client.OnWrite = () => { };
            // All of it is in the mailbox before the cache is asked, so this snapshot is the one that answers.
            client.Emit("subscribe", RequestFor(room));
            client.Client.Tell(second);
            client.Client.Tell(new Snapshot(new(order, room, Time), 3));
        };
        client.Client.Tell(first);

        Await(client, sent => sent.Count(line => line == Text(second.Update)) == 2);
        Assert.Equal(["connected", "subscribed", "underlying_update", "underlying_update", "subscribed", "underlying_update"], Names(client));
    }

    [Fact]
    public void An_update_for_several_rooms_of_a_client_comes_once()
    {
        var client = Connect();
        foreach (var room in new[] { Room.Product("NIFTY"), Room.Chain("NIFTY"), Room.Chain("NIFTY", Near) }) Subscribe(client, room);
        var (price, chain, summary) = (Price("NIFTY", 1), Chain("NIFTY", Near, 2), Summary("NIFTY", Near, 2));
        foreach (var update in new[] { price, summary, chain }) Publish(update);
        var end = Price("NIFTY", 3);
        Publish(end);
        Publish(Chain("NIFTY", Near, 4));
        Await(client, sent => sent.Contains(Text(end)) && sent.Contains(Text(Chain("NIFTY", Near, 4))));
        foreach (var update in new[] { price, summary, chain, end }) Assert.Single(Updates(client), Text(update));
    }

    [Fact]
    public void Joining_and_leaving_in_mid_stream_repeats_only_snapshots_and_keeps_the_order()
    {
        var client = Connect();
        Room[] rooms = [Room.Product("NIFTY"), Room.Chain("NIFTY"), Room.Chain("NIFTY", Near)];
        for (var i = 1; i <= 300; i++)
        {
            Publish(Price("NIFTY", (2 * i) - 1));
            Publish(Chain("NIFTY", Near, 2 * i));
            var room = rooms[i / 20 % 3];
            if (i % 20 == 0) client.Emit(i / 60 % 2 == 0 ? "subscribe" : "unsubscribe", RequestFor(room));
        }

        Subscribe(client, Room.Chain("NIFTY", Near));
        Await(client, sent => sent.Contains(Text(Price("NIFTY", 599))) && sent.Contains(Text(Chain("NIFTY", Near, 600))));
        foreach (var name in new[] { "underlying_update", "chain_update" })
        {
            var numbers = client.Sent.Where(line => line.StartsWith(name, StringComparison.Ordinal)).Select(Number).ToArray();
            Assert.Equal(numbers.Order(), numbers);
            // Each subscription may bring its snapshot again; nothing else does.
            var answers = client.Sent.Count(line => line.StartsWith("subscribed ", StringComparison.Ordinal));
            Assert.InRange(numbers.Length - numbers.Distinct().Count(), 0, answers);
        }
    }

    [Fact]
    public void A_chains_snapshot_has_all_expiries_nearest_first()
    {
        Store.Put(Chain("NIFTY", Far, 1), Chain("NIFTY", Near, 2));
        var client = Connect();
        // The node knows of the expiries once it has looked into the index.
        Look();
        Subscribe(client, Room.Chain("NIFTY"));
        Await(client, sent => sent.Count(line => line.StartsWith("chain_update ", StringComparison.Ordinal)) == 2);
        Assert.Equal([Text(Chain("NIFTY", Near, 2)), Text(Chain("NIFTY", Far, 1))], client.Sent.TakeLast(2));
    }

    [Fact]
    public void Joining_general_on_connect_brings_no_snapshot_and_asking_for_it_brings_all()
    {
        var (price, summary) = (Price("A", 1), Summary("B", Near, 2));
        PublishAndSee(price);
        PublishAndSee(summary);
        var client = Connect();
        Subscribe(client, Room.General);
        Await(client, sent => sent.Contains(Text(summary)));
        Assert.StartsWith("subscribed ", client.Sent[1]);
        Assert.Equal([Text(price), Text(summary)], client.Sent.Skip(2));
    }

    [Fact]
    public void A_repeated_subscribe_answers_and_sends_the_snapshot_again()
    {
        var price = Price("NIFTY", 1);
        PublishAndSee(price);
        var client = Connect();
        Subscribe(client, Room.Product("NIFTY"));
        Subscribe(client, Room.Product("NIFTY"));
        Await(client, sent => sent.Count(line => line == Text(price)) == 2);
        Assert.Equal(["connected", "subscribed", "underlying_update", "subscribed", "underlying_update"], Names(client));
    }

    [Fact]
    public void Values_received_60_seconds_ago_are_in_no_snapshot()
    {
        PublishAndSee(Price("OLD", 1));
        Advance(TimeSpan.FromSeconds(59));
        var young = Price("YOUNG", 2);
        PublishAndSee(young);
        Advance(TimeSpan.FromSeconds(1));
        var client = Connect();
        Subscribe(client, Room.General);
        Await(client, sent => sent.Contains(Text(young)));
        Assert.Equal([Text(young)], Updates(client));
    }

    private void PublishAndSee(MarketUpdate update)
    {
        var watcher = Connect(sessionId: "watcher");
        Publish(update);
        Await(watcher, sent => sent.Contains(Text(update)));
        Assert.Equal(1, watcher.Sent.Count(line => line == Text(update)));
        watcher.Client.Tell(new TransportClosed(CloseReason.ClientClosed));
    }

    private static int Number(string line) => int.Parse(line[(line.LastIndexOf(':') + 1)..^1]);
}

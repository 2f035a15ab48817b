using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>Whatever a client missed in a view, it gets one delta from the version that it has, where the node knows that version.</summary>
public class DeltaViewSpecs(ITestOutputHelper output) : GatewaySpec(output, new() { MaxViews = 2 })
{
    private const string Expiry = "2026-11-26";
    private const string Narrow = """{"type":"chain","symbol":"N","expiry":"2026-11-26","mode":"delta"}""";
    private static readonly Room Room = DeltaStream.Actors.Market.Room.Chain("N", Expiry);

    [Fact]
    public void After_the_snapshot_comes_a_delta_from_the_version_before_for_each_update()
    {
        var client = Start(Narrow);
        Tell(Rows(2), client);
        Tell(Rows(3), client);
        AssertDeltas(client, 2);
        Assert.Equal("""[{"strike":21000,"last":3}]""", Data(client.Sent[^1]).GetProperty("calls").GetProperty("update").GetRawText());
    }

    [Fact]
    public void The_latency_of_a_delta_is_the_time_from_receipt_to_its_write_and_no_snapshot_counts()
    {
        var latencies = new List<double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, it) =>
        {
            if (instrument.Meter.Scope == Metrics && instrument.Name == "delta_latency_seconds") it.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) =>
        {
            lock (latencies) latencies.Add(value);
        });
        listener.Start();

        var client = Start(Narrow);
        var update = Rows(2);
        Advance(TimeSpan.FromMilliseconds(250));
        Tell(update, client);
        Tell(Rows(3), client);
        AssertDeltas(client, 2);
        Ask(client, Narrow);
        lock (latencies) Assert.Equal([0.25, 0], latencies);
    }

    [Fact]
    public void A_slow_client_gets_one_delta_from_the_version_that_it_has()
    {
        var client = Start(Narrow);
        client.IsFast = false;
        Tell(Rows(2), client);
        for (var i = 3; i <= 9; i++) Tell(Rows(i), client);
        client.IsFast = true;
        client.Flushed();
        Barriers(client);
        AssertDeltas(client, 2);
    }

    [Fact]
    public void A_rated_client_gets_one_delta_from_the_version_that_it_has()
    {
        var client = Start("""{"type":"chain","symbol":"N","expiry":"2026-11-26","mode":"delta","max_rate":1}""");
        for (var i = 2; i <= 9; i++) Tell(Rows(i), client);
        AssertDeltas(client, 1);
        Advance(TimeSpan.FromSeconds(1));
        Barriers(client);
        AssertDeltas(client, 2);
    }

    [Fact]
    public void A_paused_client_gets_one_delta_from_the_version_that_it_has()
    {
        var client = Start(Narrow);
        client.Emit("pause", "");
        for (var i = 2; i <= 9; i++) Tell(Rows(i), client);
        AssertDeltas(client, 0);
        client.Emit("resume", "");
        Barriers(client);
        AssertDeltas(client, 1);
    }

    [Fact]
    public void A_moved_client_gets_one_delta_from_the_version_that_it_has()
    {
        var client = Start(Narrow);
        client.Client.Tell(MoveClient.Instance, TestActor);
        var moved = ExpectMsg<ClientMoved>().Client;
        for (var i = 2; i <= 9; i++) Publish(Rows(i));
        var second = new MemoryTransport(Protocol);
        Supervisor.Tell(new OpenClient("client", second) { Moved = moved }, TestActor);
        second.Client = ExpectMsg<ClientOpened>().Client;
        second.Flushed();
        Await(second, sent => sent.Any(line => line.StartsWith("chain_delta ", StringComparison.Ordinal)));
        Assert.Equal(VersionOf(Chains(client)[^1]), BaseOf(Chains(second)[0]));
        Assert.DoesNotContain(second.Sent, line => line.StartsWith("chain_snapshot ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_client_that_says_what_it_has_gets_a_delta_in_the_snapshots_place_and_nothing_where_it_is_the_newest()
    {
        var client = Start(Narrow);
        var first = VersionOf(Chains(client)[0]);
        Tell(Rows(2), client);
        var newest = VersionOf(Chains(client)[^1]);
        var lines = Ask(client, $$"""{"type":"chain","symbol":"N","expiry":"2026-11-26","mode":"delta","have":"{{first}}"}""");
        Assert.Equal(["subscribed", "ack:1", "chain_delta", "synced"], lines.Select(line => line.Split(' ')[0]));
        Assert.Equal((first, newest), (BaseOf(lines[2]), VersionOf(lines[2])));
        lines = Ask(client, $$$"""{"type":"chain","symbol":"N","mode":"delta","have":{"26NOV2026":"{{{newest}}}"}}""");
        Assert.Contains("\"values\":1", lines[0], StringComparison.Ordinal);
        Assert.Equal(["subscribed", "ack:1", "synced"], lines.Select(line => line.Split(' ')[0]));
        Assert.Equal("chain_snapshot", Ask(client, """{"type":"chain","symbol":"N","expiry":"2026-11-26","mode":"delta","have":"garbage"}""")[2].Split(' ')[0]);
        Assert.Equal("chain_snapshot", Ask(client, Narrow)[2].Split(' ')[0]);
    }

    [Fact]
    public void A_repeated_subscribe_replaces_the_view_and_without_view_fields_ends_it()
    {
        var client = Start(Narrow);
        Assert.Contains("\"fields\":[\"strike\",\"last\"]", Ask(client, """{"type":"chain","symbol":"N","expiry":"2026-11-26","mode":"delta","format":"compact","preset":"ltp"}""")[2], StringComparison.Ordinal);
        Assert.StartsWith("""chain_update {"product":"N","strikes":[""", Ask(client, """{"type":"chain","symbol":"N","expiry":"2026-11-26","strikes":1}""")[2].Replace("\"expiry\":\"2026-11-26\",\"spot_price\":21000,", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(Text(Rows(1)), Ask(client, """{"type":"chain","symbol":"N","expiry":"2026-11-26"}""")[2]);
        Assert.Equal(0, NodeOrder.For(Sys).Views.ShapesInUse);
    }

    [Fact]
    public void A_key_of_two_rooms_comes_in_the_narrow_rooms_view_and_when_that_is_left_the_wide_rooms_snapshot_follows()
    {
        var client = Start(Narrow);
        Assert.StartsWith("chain_snapshot ", Ask(client, """{"type":"chain","symbol":"N"}""")[2]);
        Tell(Rows(2), client);
        Assert.StartsWith("chain_delta ", client.Sent[^1]);
        client.Emit("unsubscribe", Narrow, "2");
        Barriers(client);
        Assert.Equal(["unsubscribed", "ack:2", "chain_update"], Names(client).TakeLast(3));
        Assert.Equal(Text(Rows(2)), client.Sent[^1]);
        Publish(Rows(3));
        Await(client, sent => sent[^1] == Text(Rows(3)));
    }

    [Fact]
    public void Where_both_rooms_have_the_same_view_the_wide_room_goes_on_from_the_narrow_rooms_version()
    {
        var client = Start(Narrow);
        Ask(client, """{"type":"chain","symbol":"N","mode":"delta","meta":true}""");
        var before = VersionOf(Chains(client)[^1]);
        client.Emit("unsubscribe", Narrow, "2");
        Barriers(client);
        Assert.Equal("ack:2", Names(client).Last());
        Publish(Rows(2));
        Await(client, sent => sent[^1].StartsWith("chain_delta ", StringComparison.Ordinal));
        Assert.Equal(before, BaseOf(client.Sent[^1]));
        Assert.Contains("\"received_at\":", client.Sent[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void In_mode_full_a_frame_that_has_the_newest_document_takes_the_place_of_the_update_to_come()
    {
        Store.Put(Rows(1));
        var client = Connect();
        Ask(client, """{"type":"chain","symbol":"N","expiry":"2026-11-26","strikes":1}""");
        var order = NodeOrder.For(Sys);
        var (second, third) = (order.Take(Room, Rows(2)), order.Take(Room, Rows(3)));
        foreach (var roomEvent in new[] { second, third })
        {
            client.Client.Tell(roomEvent, TestActor);
            Barriers(client);
        }

        Assert.Equal([1, 3], Chains(client).Where(line => line.StartsWith("chain_update ", StringComparison.Ordinal)).Select(line => Data(line).GetProperty("calls")[1].GetProperty("last").GetInt32()));
        Assert.Equal(2, Chains(client).Count(line => line.StartsWith("chain_update ", StringComparison.Ordinal)));
        Ask(client, """{"type":"chain","symbol":"N","expiry":"2026-11-26","strikes":1}""");
        Assert.Equal(3, Chains(client).Count(line => line.StartsWith("chain_update ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_client_has_so_many_different_views_and_rates_do_not_count()
    {
        var client = Start(Narrow);
        Ask(client, """{"type":"chain","symbol":"O","mode":"delta","max_rate":1}""");
        Ask(client, """{"type":"chain","symbol":"P","mode":"delta","strikes":1}""");
        var refused = Ask(client, """{"type":"chain","symbol":"Q","mode":"delta","strikes":2}""");
        Assert.Contains("\"code\":\"too_many_views\",\"event\":\"subscribe\",\"room\":\"chain:Q\"", refused[0], StringComparison.Ordinal);
        Assert.StartsWith("subscribed ", Ask(client, """{"type":"chain","symbol":"P","mode":"delta","strikes":2}""")[0]);
        client.Client.Tell(new TransportClosed(CloseReason.ClientClosed), TestActor);
        AwaitAssert(() => Assert.Equal(0, NodeOrder.For(Sys).Views.ShapesInUse));
    }

    [Fact]
    public void Clients_with_the_same_view_and_version_share_one_frame()
    {
        var clients = Enumerable.Range(0, 5).Select(_ => Start(Narrow)).ToArray();
        var before = Protocol.EncodedEvents;
        Tell(Rows(2), clients);
        foreach (var client in clients) AssertDeltas(client, 1);
        Assert.Equal(1, Protocol.EncodedEvents - before);
    }

    private MemoryTransport Start(string request)
    {
        Store.Put(Rows(1));
        var client = Connect();
        Unsubscribe(client, DeltaStream.Actors.Market.Room.General);
        var lines = Ask(client, request);
        Assert.Equal(["subscribed", "ack:1", "chain_snapshot", "synced"], lines.Select(line => line.Split(' ')[0]));
        return client;
    }

    /// <summary>The client has got a snapshot and then so many deltas, each from the version before.</summary>
    private static void AssertDeltas(MemoryTransport client, int count)
    {
        var chains = Chains(client);
        Assert.Equal(Enumerable.Repeat("chain_delta", count).Prepend("chain_snapshot"), chains.Select(line => line.Split(' ')[0]));
        for (var i = 1; i <= count; i++) Assert.Equal(VersionOf(chains[i - 1]), BaseOf(chains[i]));
    }

    private static List<string> Chains(MemoryTransport client) => [.. client.Sent.Where(line => line.StartsWith("chain_", StringComparison.Ordinal))];

    private static JsonElement Data(string line) => JsonDocument.Parse(line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]).RootElement;

    private static string? VersionOf(string line) => Data(line).GetProperty("version").GetString();

    private static string? BaseOf(string line) => Data(line).GetProperty("base").GetString();

    private List<string> Ask(MemoryTransport client, string data)
    {
        var before = client.Sent.Count;
        client.Emit("subscribe", data, "1");
        Await(client, sent => sent.Skip(before).Any(line => line.StartsWith("ack:1 ", StringComparison.Ordinal)));
        Barriers(client);
        return [.. client.Sent.Skip(before)];
    }

    private void Tell(MarketUpdate update, params MemoryTransport[] clients)
    {
        var roomEvent = NodeOrder.For(Sys).Take(Room, update);
        foreach (var client in clients)
        {
            client.Client.Tell(roomEvent, TestActor);
            Barriers(client);
        }
    }

    private void Barriers(MemoryTransport client)
    {
        client.Client.Tell(WhenHandled.Instance, TestActor);
        ExpectMsg<WhenHandled>();
    }

    /// <summary>A chain of 41 strikes, of which one has the number as its price.</summary>
    private MarketUpdate Rows(int number)
    {
        var rows = Enumerable.Range(0, 41).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"strike":{{20_000 + (i * 50)}},"last":{{(i == 20 ? number : 100 + i)}}}"""));
        var payload = $$"""{"product":"N","expiry":"{{Expiry}}","spot_price":21000,"strikes":[{{string.Join(',', Enumerable.Range(0, 41).Select(i => 20_000 + (i * 50)))}}],"calls":[{{string.Join(',', rows)}}],"puts":[]}""";
        return new(MarketEvent.ChainUpdate, ConflationKey.Chain("N", Expiry), new(1, number), Encoding.UTF8.GetBytes(payload), (ulong)number, Micros);
    }
}

namespace DeltaStream.Cluster.Tests;

/// <summary>Snapshot, then stream, on three nodes: what comes after <c>subscribed</c>, in the middle of a stream and before one.</summary>
[Collection(SharedClusterCollection.Name)]
public sealed class JoiningSpecs(SharedCluster shared)
{
    private const int Joins = 40;
    private const int QuietRooms = 5;
    private static readonly string[] Expiries = ["2026-11-26", "2026-12-31", "2027-03-25"];

    private readonly TestCluster _cluster = shared.Cluster;

    [Fact]
    public async Task A_client_that_joins_in_mid_stream_gets_the_answer_first_and_then_only_newer_updates()
    {
        const string product = "JOINED";
        await using var producer = await Producer.OpenAsync(_cluster.Redis);
        await producer.NextAsync(product);
        var clients = await Task.WhenAll(_cluster.Nodes.Select(TestClient.ConnectAsync));
        using var enough = new CancellationTokenSource();
        var producing = ProduceAsync(producer, product, enough.Token);
        await Task.WhenAll(clients.Select(client => JoinAndLeaveAsync(client, product)));
        await enough.CancelAsync();
        var last = await producing;

        foreach (var client in clients)
        {
            foreach (var (type, symbol) in new[] { ("chain", product), ("product", product) }) await client.SubscribeAsync(type, symbol);
            await Eventually.True(
                () => client.NewestOf(product) == last && Expiries.All(expiry => Chains(client, product, expiry).LastOrDefault() == last), "the last values come");
            AssertAnswersFirst(client, "chain:" + product);
            AssertForward(client.Events.Where(e => e.Name is "underlying_update" or "subscribed"), "product:" + product, "price");
            foreach (var expiry in Expiries)
                AssertForward(client.Events.Where(e => e.Name == "subscribed" || IsChain(e, product, expiry)), "chain:" + product, "spot_price");
            await client.DisposeAsync();
        }
    }

    /// <summary>The other nodes learn of a new topic a gossip later: what is published before that comes all the same, though nothing follows it.</summary>
    [Fact]
    public async Task A_value_published_right_after_the_answer_comes_to_a_room_that_is_new_to_the_cluster()
    {
        await using var producer = await Producer.OpenAsync(_cluster.Redis);
        var active = await _cluster.ActiveAsync();
        foreach (var node in _cluster.Nodes.Where(node => node != active))
        {
            await using var client = await TestClient.ConnectAsync(node);
            var products = Enumerable.Range(0, QuietRooms).Select(i => $"QUIET-{node.ClusterPort}-{i}").ToArray();
            foreach (var product in products)
            {
                await client.SubscribeAsync("chain", product);
                await producer.ChainAsync(product, Expiries[0], 7);
            }

            await Eventually.True(() => products.All(product => client.Of("chain_update", product, "spot_price") is [7]), "each value has come, once");
        }
    }

    /// <summary>The node has to ask Redis for the newest values, and Redis is slow: what its topics bring meanwhile waits for the answer.</summary>
    [Fact]
    public async Task An_update_that_arrives_before_the_snapshot_waits_for_the_answer()
    {
        await using var proxy = new LagProxy(_cluster.Redis.Port, "deltastream", TimeSpan.FromMilliseconds(700));
        await using var node = await NodeProcess.Start(
            ("REDIS_URL", proxy.Url), ("CLUSTER_ROLES", "gateway"), ("CLUSTER_SEEDS", _cluster.Nodes[0].Address)).ReadyAsync(TimeSpan.FromSeconds(60));
        await using var producer = await Producer.OpenAsync(_cluster.Redis);
        await using var client = await TestClient.ConnectAsync(node);
        var products = Enumerable.Range(0, 4).Select(i => $"SLOW-{i}").ToArray();
        foreach (var product in products)
            await client.EmitAsync("subscribe", $$"""{"type":"chain","symbol":"{{product}}","expiry":"{{Expiries[0]}}"}""");
        var price = 0;
        await Eventually.True(async () =>
        {
            price++;
            foreach (var product in products) await producer.ChainAsync(product, Expiries[0], price);
            return products.All(product => client.Of("chain_update", product, "spot_price").Length > 20);
        }, "the streams flow", TimeSpan.FromSeconds(30));
        foreach (var product in products)
        {
            var room = $"chain:{product}:{Expiries[0]}";
            AssertAnswersFirst(client, room);
            AssertForward(client.Events.Where(e => e.Name == "subscribed" || IsChain(e, product, Expiries[0])), room, "spot_price");
        }

        node.Terminate();
        await node.ExitAsync(TimeSpan.FromSeconds(20));
        await _cluster.WholeAsync();
    }

    private static async Task<int> ProduceAsync(Producer producer, string product, CancellationToken stop)
    {
        var price = 0;
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        while (!stop.IsCancellationRequested)
        {
            await pace.WaitForNextTickAsync(CancellationToken.None);
            price = await producer.NextAsync(product);
            foreach (var expiry in Expiries) await producer.ChainAsync(product, expiry, price);
        }

        return price;
    }

    /// <summary>The client is in <c>general</c> all the time, which the room of the product overlaps; no other room has the chains.</summary>
    private static async Task JoinAndLeaveAsync(TestClient client, string product)
    {
        for (var i = 1; i <= Joins; i++)
        {
            foreach (var type in new[] { "chain", "product" }) await client.EmitAsync("subscribe", Request(type, product));
            await Eventually.True(() => client.Of("subscribed").Count == 2 * i, "both are answered");
            var events = client.Events.Count;
            await Eventually.True(() => client.Events.Skip(events).Any(e => e.Name == "chain_update"), "the stream flows");
            foreach (var type in new[] { "chain", "product" }) await client.EmitAsync("unsubscribe", Request(type, product));
            await Eventually.True(() => client.Of("unsubscribed").Count == 2 * i, "both are answered");
        }
    }

    private static string Request(string type, string symbol) => $$"""{"type":"{{type}}","symbol":"{{symbol}}"}""";

    private static bool IsChain(ReceivedEvent e, string product, string expiry) => e.Name == "chain_update"
        && e.Data.GetProperty("product").GetString() == product && e.Data.GetProperty("expiry").GetString() == expiry;

    private static int[] Chains(TestClient client, string product, string expiry) =>
        [.. client.Events.Where(e => IsChain(e, product, expiry)).Select(e => e.Data.GetProperty("spot_price").GetInt32())];

    /// <summary>No chain before the room's answer, none after it was left.</summary>
    private static void AssertAnswersFirst(TestClient client, string room)
    {
        var isIn = false;
        foreach (var e in client.Events)
        {
            if (e.Name is "subscribed" or "unsubscribed" && e.Data.GetProperty("room").GetString() == room) isIn = e.Name == "subscribed";
            else if (e.Name == "chain_update" && e.Data.GetProperty("product").GetString() == room.Split(':')[1])
                Assert.True(isIn, $"a chain came outside its room: {e.Text}");
        }
    }

    /// <summary>Each value is newer than the one before; the snapshot behind an answer may repeat the last one.</summary>
    private static void AssertForward(IEnumerable<ReceivedEvent> events, string room, string field)
    {
        var (last, mayRepeat) = (0, false);
        foreach (var e in events)
        {
            if (e.Name == "subscribed")
            {
                mayRepeat |= e.Data.GetProperty("room").GetString() == room;
                continue;
            }

            if (e.Data.GetProperty("product").GetString() != room.Split(':')[1]) continue;
            var value = e.Data.GetProperty(field).GetInt32();
            Assert.True(value > last || (value == last && mayRepeat), $"{room}: {value} after {last}");
            (last, mayRepeat) = (value, false);
        }
    }
}

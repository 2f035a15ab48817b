using System.Globalization;
using System.Text.Json.Nodes;
using DeltaStream.SampleClients;

namespace DeltaStream.Cluster.Tests;

/// <summary>Deltas on three nodes: what clients make of them is the window of the document, wherever they are.</summary>
[Collection(SharedClusterCollection.Name)]
public sealed class DeltaSpecs(SharedCluster shared) : IAsyncLifetime
{
    private const string Expiry = "2026-11-26";
    private const int Lowest = 20_800, Highest = 21_200, Between = 50;

    private readonly TestCluster _cluster = shared.Cluster;
    private RespConnection _redis = null!;

    public async Task InitializeAsync() => _redis = await RespConnection.OpenAsync(_cluster.Redis.Port);

    public async Task DisposeAsync() => await _redis.DisposeAsync();

    [Fact]
    public async Task Clients_on_every_node_hold_the_same_rows_after_rows_change_and_go_and_come_and_the_window_moves()
    {
        const string Product = "DELTA-ROWS";
        await PublishAsync(Product, 1, 21_000);
        var clients = await OpenAsync(Product);
        await HoldAsync(clients, 1, [20_900, 20_950, 21_000, 21_050, 21_100]);
        await PublishAsync(Product, 2, 21_000, changed: 21_000);
        await HoldAsync(clients, 2, [20_900, 20_950, 21_000, 21_050, 21_100], changed: 21_000);
        await PublishAsync(Product, 3, 21_000, without: 21_050);
        await HoldAsync(clients, 3, [20_900, 20_950, 21_000, 21_100, 21_150]);
        await PublishAsync(Product, 4, 21_000);
        await HoldAsync(clients, 4, [20_900, 20_950, 21_000, 21_050, 21_100]);

        // On the third node nobody looks at the fifth document, which moves the centre to 21,050. There it stays with the sixth.
        await clients[2].Socket.EmitAsync("pause");
        await clients[2].Socket.SubscribeAsync("product", "PAUSED");
        await PublishAsync(Product, 5, 21_040);
        await HoldAsync(clients[..2], 5, [20_950, 21_000, 21_050, 21_100, 21_150]);
        await PublishAsync(Product, 6, 21_020);
        await HoldAsync(clients[..2], 6, [20_950, 21_000, 21_050, 21_100, 21_150]);
        await PublishAsync(Product, 7, 21_020, changed: 21_150);
        await HoldAsync(clients[..2], 7, [20_950, 21_000, 21_050, 21_100, 21_150], changed: 21_150);
        await clients[2].Socket.EmitAsync("resume");
        await HoldAsync(clients, 7, [20_950, 21_000, 21_050, 21_100, 21_150], changed: 21_150);
        Assert.All(clients, client => Assert.Single(client.Socket.Of("chain_snapshot")));
        foreach (var client in clients) await client.Socket.DisposeAsync();
    }

    [Fact]
    public async Task A_client_that_comes_to_another_node_with_the_version_that_it_has_gets_a_delta_from_there()
    {
        const string Product = "DELTA-HAVE";
        await PublishAsync(Product, 1, 21_000);
        var clients = await OpenAsync(Product);
        await HoldAsync(clients, 1, [20_900, 20_950, 21_000, 21_050, 21_100]);
        for (var number = 2; number <= 4; number++)
        {
            await PublishAsync(Product, number, 21_000, changed: 21_000 + (number * Between));
            await HoldAsync(clients, number, [20_900, 20_950, 21_000, 21_050, 21_100], changed: 21_000 + (number * Between));
        }

        for (var node = 0; node < clients.Length; node++)
        {
            // The first document's version, as the client of the node before has been told it.
            var version = clients[(node + 1) % clients.Length].Socket.Of("chain_snapshot")[0].Data.GetProperty("version").GetString();
            var back = await ComeAsync(_cluster.Nodes[node], Product, $",\"have\":\"{version}\"");
            var delta = await back.ExpectAsync("chain_delta");
            Assert.Equal(version, delta.Data.GetProperty("base").GetString());
            Assert.Equal(4, delta.Data.GetProperty("set").GetProperty("number").GetInt32());
            Assert.Empty(back.Of("chain_snapshot"));
            await back.DisposeAsync();
        }

        foreach (var client in clients) await client.Socket.DisposeAsync();
    }

    /// <summary>Waits until each client holds a document, and looks at its rows.</summary>
    private static async Task HoldAsync(Viewer[] clients, int number, int[] strikes, int changed = 0)
    {
        var rows = string.Join(',', strikes.Select(strike => Row(strike, number, changed)));
        foreach (var client in clients)
        {
            await Eventually.True(() => (int?)client.Take()?.Chain["number"] == number, $"document {number}");
            Assert.Equal($"[{rows}]", client.Take()!.Chain["calls"]!.ToJsonString());
            Assert.Equal($"[{rows}]", client.Take()!.Chain["puts"]!.ToJsonString());
        }
    }

    /// <summary>A row as it is published; its price is of the last document that changed it.</summary>
    private static string Row(int strike, int number, int changed) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"strike":{{strike}}.0,"last":{{strike - 20_000}}.{{(strike == changed ? number : 0)}}0,"note":"{{new string('x', 60)}}"}""");

    private Task PublishAsync(string product, int number, int spot, int changed = 0, int without = 0)
    {
        var rows = string.Join(',', Enumerable.Range(0, ((Highest - Lowest) / Between) + 1).Select(i => Lowest + (i * Between)).Where(strike => strike != without).Select(strike => Row(strike, number, changed)));
        return _redis.ExecuteAsync("PUBLISH", "enriched:option_chain", $$"""{"product":"{{product}}","expiry":"{{Expiry}}","spot_price":{{spot}},"number":{{number}},"calls":[{{rows}}],"puts":[{{rows}}]}""");
    }

    private async Task<Viewer[]> OpenAsync(string product) =>
        [.. (await Task.WhenAll(_cluster.Nodes.Select(node => ComeAsync(node, product, "")))).Select(socket => new Viewer(socket))];

    private static async Task<TestClient> ComeAsync(NodeProcess node, string product, string have)
    {
        var client = await TestClient.ConnectAsync(node);
        await client.LeaveGeneralAsync();
        await client.EmitAsync("subscribe", $$"""{"type":"chain","symbol":"{{product}}","expiry":"{{Expiry}}","mode":"delta","strikes":2{{have}}}""");
        await client.ExpectAsync("synced");
        return client;
    }

    /// <summary>A client, and what it makes of its events as docs/stream.md tells it.</summary>
    private sealed class Viewer(TestClient socket)
    {
        private Held? _held;
        private int _taken;

        public TestClient Socket => socket;

        public Held? Take()
        {
            foreach (var e in socket.Events.Skip(_taken).ToArray())
            {
                _taken++;
                if (e.Name is not ("chain_snapshot" or "chain_delta")) continue;
                var data = JsonNode.Parse(e.Text)!.AsObject();
                if (e.Name == "chain_snapshot") _held = Held.From(data);
                else Assert.True(_held!.Apply(data), $"base {data["base"]} is not {_held.Version}");
            }

            return _held;
        }
    }
}

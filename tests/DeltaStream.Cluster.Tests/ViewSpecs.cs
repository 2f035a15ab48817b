using System.Globalization;

namespace DeltaStream.Cluster.Tests;

/// <summary>Views on three nodes: a rate withholds no last value, and what a client missed comes as one delta from the version that it has.</summary>
[Collection(SharedClusterCollection.Name)]
public sealed class ViewSpecs(SharedCluster shared)
{
    private const string Expiry = "2026-11-26";
    private const int Burst = 20;

    private readonly TestCluster _cluster = shared.Cluster;

    [Fact]
    public async Task The_last_value_of_a_burst_reaches_rated_clients_on_every_node_although_no_message_follows()
    {
        const string Product = "RATED";
        await using var producer = await Producer.OpenAsync(_cluster.Redis);
        var clients = await OpenAsync($$"""{"type":"product","symbol":"{{Product}}","max_rate":1}""");
        // The first comes at once. Those that come right after it are within its period.
        for (var i = 0; i < Burst; i++) await producer.NextAsync(Product);
        foreach (var client in clients)
        {
            await Eventually.True(() => client.NewestOf(Product) == Burst, "the last value comes", TimeSpan.FromSeconds(30));
            client.AssertNoneTwiceNoneOlder(Product);
            Assert.InRange(client.PricesOf(Product).Length, 1, Burst - 1);
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_a_paused_client_missed_on_any_node_comes_as_one_delta_from_the_version_that_it_has()
    {
        const string Product = "DELTAS";
        await using var redis = await RespConnection.OpenAsync(_cluster.Redis.Port);
        await PublishAsync(1);
        var clients = await OpenAsync($$"""{"type":"chain","symbol":"{{Product}}","expiry":"{{Expiry}}","mode":"delta"}""");
        var plain = await Task.WhenAll(_cluster.Nodes.Select(TestClient.ConnectAsync));
        foreach (var client in clients)
        {
            await client.ExpectAsync("chain_snapshot");
            await client.EmitAsync("pause");
        }

        foreach (var client in plain) await client.SubscribeAsync("chain", Product, Expiry);
        for (var number = 2; number <= 5; number++) await PublishAsync(number);
        foreach (var client in plain) await client.ExpectAsync("chain_update", e => e.Data.GetProperty("number").GetInt32() == 5);
        foreach (var client in clients)
        {
            Assert.Empty(client.Of("chain_delta"));
            await client.EmitAsync("resume");
            var delta = await client.ExpectAsync("chain_delta");
            Assert.Equal(client.Of("chain_snapshot").Single().Data.GetProperty("version").GetString(), delta.Data.GetProperty("base").GetString());
            Assert.Equal(5, delta.Data.GetProperty("set").GetProperty("number").GetInt32());
            Assert.Single(client.Of("chain_delta"));
        }

        foreach (var client in clients.Concat(plain)) await client.DisposeAsync();

        Task PublishAsync(int number) => redis.ExecuteAsync("PUBLISH", "enriched:option_chain", $$"""{"product":"{{Product}}","expiry":"{{Expiry}}","spot_price":21000,"number":{{number}},"calls":[{{Rows()}}],"puts":[{{Rows()}}]}""");
    }

    private static string Rows() => string.Join(',', Enumerable.Range(0, 40).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"strike":{{20_000 + (i * 50)}}.0,"last":{{i}}.5}""")));

    private async Task<TestClient[]> OpenAsync(string request)
    {
        var clients = await Task.WhenAll(_cluster.Nodes.Select(TestClient.ConnectAsync));
        foreach (var client in clients)
        {
            await client.LeaveGeneralAsync();
            await client.EmitAsync("subscribe", request);
            await client.ExpectAsync("synced");
        }

        return clients;
    }
}

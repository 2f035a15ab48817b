using System.Text.Json;

namespace DeltaStream.Cluster.Tests;

/// <summary>What a client may rely on, with three nodes.</summary>
[Collection(SharedClusterCollection.Name)]
public sealed class ThreeNodesSpecs(SharedCluster shared)
{
    private readonly TestCluster _cluster = shared.Cluster;

    [Fact]
    public async Task A_client_on_every_node_gets_one_copy_of_each_update()
    {
        await using var producer = await Producer.OpenAsync(_cluster.Redis);
        var clients = await ConnectToEachAsync();
        // In general and in the narrow rooms: each update comes over two topics, and once to the client.
        foreach (var client in clients)
        {
            await client.SubscribeAsync("product", "NIFTY");
            await client.SubscribeAsync("chain", "NIFTY");
            await client.SubscribeAsync("chain", "NIFTY", "2026-11-26");
        }

        for (var i = 1; i <= 30; i++)
        {
            var price = await producer.NextAsync("NIFTY");
            await producer.ChainAsync("NIFTY", "2026-11-26", i);
            // One at a time, so that none is superseded on its way.
            foreach (var client in clients)
                await Eventually.True(() => client.NewestOf("NIFTY") == price && client.Of("chain_update", "NIFTY", "spot_price").LastOrDefault() == i
                    && client.Of("chain_summary", "NIFTY", "spot_price").LastOrDefault() == i, $"update {i} on each node");
        }

        foreach (var client in clients)
        {
            Assert.Equal(Enumerable.Range(1, 30), client.PricesOf("NIFTY"));
            Assert.Equal(Enumerable.Range(1, 30), client.Of("chain_update", "NIFTY", "spot_price"));
            Assert.Equal(Enumerable.Range(1, 30), client.Of("chain_summary", "NIFTY", "spot_price"));
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_node_that_has_never_seen_a_product_sends_its_snapshot()
    {
        await using var producer = await Producer.OpenAsync(_cluster.Redis);
        await producer.ChainAsync("FINNIFTY", "2026-12-31", 2);
        await producer.ChainAsync("FINNIFTY", "2026-11-26", 1);
        foreach (var node in _cluster.Nodes)
        {
            await using var client = await TestClient.ConnectAsync(node);
            await client.SubscribeAsync("chain", "FINNIFTY");
            await Eventually.True(() => client.Of("chain_update").Count >= 2, "both expiries come");
            Assert.Equal([1, 2], client.Of("chain_update", "FINNIFTY", "spot_price"));
        }
    }

    [Fact]
    public async Task Every_node_lists_the_same_products()
    {
        await using var producer = await Producer.OpenAsync(_cluster.Redis);
        await producer.NextAsync("BANKNIFTY");
        var clients = await ConnectToEachAsync();
        await Eventually.True(async () =>
        {
            var answers = await Task.WhenAll(clients.Select(ProductsAsync));
            return answers.All(products => products.Contains("BANKNIFTY") && products.SequenceEqual(answers[0]) && products.SequenceEqual(products.Order(StringComparer.Ordinal)));
        }, "every node knows the products");
        foreach (var client in clients) await client.DisposeAsync();
    }

    private static async Task<string[]> ProductsAsync(TestClient client)
    {
        var before = client.Of("products").Count;
        await client.EmitAsync("get_products");
        await Eventually.True(() => client.Of("products").Count > before, "the answer");
        return client.Of("products")[^1].Data.GetProperty("products").Deserialize<string[]>()!;
    }

    private Task<TestClient[]> ConnectToEachAsync() => Task.WhenAll(_cluster.Nodes.Select(TestClient.ConnectAsync));
}

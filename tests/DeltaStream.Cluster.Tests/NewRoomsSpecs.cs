using System.Diagnostics;
using DeltaStream.TestSupport;

namespace DeltaStream.Cluster.Tests;

/// <summary>A storm of rooms that a node has never had: pub-sub gossip must not hold their values back.</summary>
[Trait("Category", "Full")]
public sealed class NewRoomsSpecs
{
    private const int Rooms = 5_000;
    private const int Clients = 100;

    [Fact]
    public async Task Five_thousand_new_rooms_on_a_third_node_have_their_newest_value_within_10_s()
    {
        await using var cluster = await TestCluster.StartAsync();
        var active = await cluster.ActiveAsync();
        var node = cluster.Nodes.Last(other => other != active);
        await using var producer = await Producer.OpenAsync(cluster.Redis);
        var products = Enumerable.Range(0, Rooms).Select(i => $"P{i}").ToArray();
        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => SocketIoTestClient.ConnectAsync(node)));
        // Every client is in general: what it must have got is the newest of its own rooms, from snapshot or topic.
        foreach (var product in products) await producer.NextAsync(product);

        var watch = Stopwatch.StartNew();
        await Task.WhenAll(clients.Select((client, i) => SubscribeAsync(client, products.Where((_, p) => p % Clients == i))));
        // Each has a newer value while the rooms are still settling.
        foreach (var product in products) await producer.NextAsync(product);
        await Eventually.True(() => clients.Select((client, i) => HasAll(client, i)).All(all => all),
            "every room has its newest value", TimeSpan.FromSeconds(30));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"took {watch.Elapsed.TotalSeconds:0.0} s");
        foreach (var client in clients) await client.DisposeAsync();

        bool HasAll(SocketIoTestClient client, int i)
        {
            var newest = client.Of("underlying_update").GroupBy(e => e.Data.GetProperty("product").GetString()!)
                .ToDictionary(group => group.Key, group => group.Last().Data.GetProperty("price").GetInt32());
            return products.Where((_, p) => p % Clients == i).All(product => newest.GetValueOrDefault(product) == 2);
        }
    }

    private static async Task SubscribeAsync(SocketIoTestClient client, IEnumerable<string> products)
    {
        foreach (var product in products) await client.EmitAsync("subscribe", $$"""{"type":"product","symbol":"{{product}}"}""");
    }
}

using System.Diagnostics;
using Xunit.Abstractions;

namespace DeltaStream.Cluster.Tests;

/// <summary>A storm of rooms that a node has never had: pub-sub gossip must not hold their values back.</summary>
[Trait("Category", "Full")]
public sealed class NewRoomsSpecs(ITestOutputHelper output)
{
    private const int Rooms = 5_000;
    private const int Clients = 100;
    private const int WarmUps = 5;

    [Fact]
    public async Task Five_thousand_new_rooms_on_a_third_node_have_their_newest_value_within_10_s()
    {
        await using var cluster = await TestCluster.StartAsync();
        var active = await cluster.ActiveAsync();
        var node = cluster.Nodes.Last(other => other != active);
        await using var producer = await Producer.OpenAsync(cluster.Redis);
        // A node that has just started compiles for as long as the rooms take; what is deployed is compiled.
        for (var round = 0; round < WarmUps; round++) await TakeAsync(node, producer, $"W{round}-", Rooms / WarmUps);
        var took = await TakeAsync(node, producer, "P", Rooms);
        output.WriteLine($"{took.TotalSeconds:0.0} s");
        Assert.True(took < TimeSpan.FromSeconds(10), $"took {took.TotalSeconds:0.0} s");
    }

    /// <summary>Clients take rooms that the node has never had; completes when each has its newest value.</summary>
    /// <returns>How long that took.</returns>
    private static async Task<TimeSpan> TakeAsync(NodeProcess node, Producer producer, string prefix, int rooms)
    {
        var products = Enumerable.Range(0, rooms).Select(i => $"{prefix}{i}").ToArray();
        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => TestClient.ConnectAsync(node)));
        // In general they would have every value whatever becomes of their rooms.
        await Task.WhenAll(clients.Select(client => client.LeaveGeneralAsync()));
        foreach (var product in products) await producer.NextAsync(product);

        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(clients.Select((client, i) => SubscribeAsync(client, RoomsOf(i))));
        // Each has a newer value while the rooms are still settling.
        foreach (var product in products) await producer.NextAsync(product);
        await Eventually.True(() => clients.Index().All(it => Newest(it.Item).Count == RoomsOf(it.Index).Count()),
            "every room has its newest value", TimeSpan.FromSeconds(60));
        var took = Stopwatch.GetElapsedTime(start, clients.Max(client => Newest(client).Max(update => update.At)));
        foreach (var client in clients) await client.DisposeAsync();
        return took;

        IEnumerable<string> RoomsOf(int client) => products.Where((_, p) => p % Clients == client);
    }

    /// <summary>The newest values that it has: nobody is in a room of another, so there is one for each of its rooms.</summary>
    private static List<ReceivedEvent> Newest(TestClient client) =>
        client.Of("underlying_update").Where(update => update.Data.GetProperty("price").GetInt32() == 2)
            .DistinctBy(update => update.Data.GetProperty("product").GetString()).ToList();

    private static async Task SubscribeAsync(TestClient client, IEnumerable<string> products)
    {
        foreach (var product in products) await client.EmitAsync("subscribe", $$"""{"type":"product","symbol":"{{product}}"}""");
    }
}

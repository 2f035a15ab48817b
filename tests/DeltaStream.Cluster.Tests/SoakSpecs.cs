using System.Collections.Concurrent;
using System.Diagnostics;

namespace DeltaStream.Cluster.Tests;

/// <summary>
/// Clients that come, go, join, leave and stop reading at random on three nodes, each of which checks everything it gets:
/// nothing twice, nothing older after newer, and at the end the newest of all it is subscribed to.
/// </summary>
[Collection(SharedClusterCollection.Name)]
public sealed class SoakSpecs(SharedCluster shared)
{
    private const int Clients = 24;
    // Of its own: the nodes still know the prices of other specs.
    private static readonly string[] Products = ["SOAK-A", "SOAK-B", "SOAK-C", "SOAK-D"];
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    [Fact]
    public Task Twenty_seconds_of_joins_leaves_and_slow_readers_break_no_promise() => RunAsync(TimeSpan.FromSeconds(20));

    [Fact]
    [Trait("Category", "Full")]
    public Task Ten_minutes_of_joins_leaves_and_slow_readers_break_no_promise() => RunAsync(TimeSpan.FromMinutes(10));

    private async Task RunAsync(TimeSpan time)
    {
        var cluster = shared.Cluster;
        var before = await ConflatedAsync();
        var violations = new ConcurrentQueue<string>();
        using var timer = new PeriodicTimer(Tick);
        var random = new Random(4711);
        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => SoakClient.ConnectAsync(cluster.Nodes[i % 3], violations)));
        await using var redis = await RespConnection.OpenAsync(cluster.Redis.Port);
        var price = 0;

        for (var clock = Stopwatch.StartNew(); clock.Elapsed < time && violations.IsEmpty; await timer.WaitForNextTickAsync())
        {
            price++;
            foreach (var product in Products) await Producer.LargeAsync(redis, product, price);
            for (var i = 0; i < clients.Length; i++)
            {
                if (random.Next(4) == 0) clients[i] = await ActAsync(clients[i], cluster, random, violations);
            }
        }

        Assert.True(violations.IsEmpty, string.Join("\n", violations) + "\n" + string.Join("\n", cluster.Nodes.SelectMany(node => node.Lines)));
        foreach (var client in clients) client.Resume();
        price++;
        foreach (var product in Products) await Producer.LargeAsync(redis, product, price);
        await Eventually.Pass(() =>
        {
            Assert.All(clients, client => Assert.Empty(client.Missing(Products, price)));
            return Task.CompletedTask;
        }, TimeSpan.FromSeconds(30));
        Assert.True(violations.IsEmpty, string.Join("\n", violations));
        Assert.All(clients, client => Assert.False(client.IsClosed));
        Assert.True(await ConflatedAsync() > before, "no reader was slow");
        foreach (var client in clients) await client.DisposeAsync();
    }

    /// <summary>One random step of one client; another client where it has gone and come back.</summary>
    private static async Task<SoakClient> ActAsync(SoakClient client, TestCluster cluster, Random random, ConcurrentQueue<string> violations)
    {
        var product = Products[random.Next(Products.Length)];
        var type = random.Next(2) == 0 ? "product" : "chain";
        switch (random.Next(20))
        {
            case < 8:
                await client.EmitAsync("subscribe", type, product);
                return client;
            case < 13:
                await client.EmitAsync("unsubscribe", type, product);
                return client;
            case < 15:
                client.Pause();
                return client;
            case < 19:
                client.Resume();
                return client;
            default:
                await client.DisposeAsync();
                return await SoakClient.ConnectAsync(cluster.Nodes[random.Next(3)], violations);
        }
    }

    private async Task<double> ConflatedAsync() => (await Task.WhenAll(shared.Cluster.Nodes.Select(node => node.MetricAsync("deltastream_conflated_total")))).Sum();
}

using System.Collections.Concurrent;
using System.Diagnostics;
using DeltaStream.TestSupport;

namespace DeltaStream.Cluster.Tests;

/// <summary>
/// Clients that come, go, join, leave and stop reading at random on three nodes, each of which checks everything it gets:
/// nothing twice, nothing older after newer, and at the end the newest of all it is subscribed to.
/// </summary>
public sealed class SoakSpecs
{
    private const int Clients = 24;
    private static readonly string[] Products = ["NIFTY", "BANKNIFTY", "FINNIFTY", "SENSEX"];
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly string Padding = new('x', 60_000);

    [Fact]
    public Task Twenty_seconds_of_joins_leaves_and_slow_readers_break_no_promise() => RunAsync(TimeSpan.FromSeconds(20));

    [Fact]
    [Trait("Category", "Full")]
    public Task Ten_minutes_of_joins_leaves_and_slow_readers_break_no_promise() => RunAsync(TimeSpan.FromMinutes(10));

    private static async Task RunAsync(TimeSpan time)
    {
        await using var cluster = await TestCluster.StartAsync(("BRIDGE_MAX_RATE", "0"));
        await cluster.ActiveAsync();
        var violations = new ConcurrentQueue<string>();
        using var timer = new PeriodicTimer(Tick);
        var random = new Random(4711);
        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => SoakClient.ConnectAsync(cluster.Nodes[i % 3], violations)));
        await using var redis = await RespConnection.OpenAsync(cluster.Redis.Port);
        var price = 0;

        for (var clock = Stopwatch.StartNew(); clock.Elapsed < time && violations.IsEmpty; await timer.WaitForNextTickAsync())
        {
            price++;
            foreach (var product in Products) await PublishAsync(redis, product, price);
            for (var i = 0; i < clients.Length; i++)
            {
                if (random.Next(4) == 0) clients[i] = await ActAsync(clients[i], cluster, random, violations);
            }
        }

        Assert.True(violations.IsEmpty, string.Join("\n", violations) + "\n" + string.Join("\n", cluster.Nodes.SelectMany(node => node.Lines)));
        foreach (var client in clients) client.Resume();
        price++;
        foreach (var product in Products) await PublishAsync(redis, product, price);
        await Eventually.Pass(() =>
        {
            Assert.All(clients, client => Assert.Empty(client.Missing(Products, price)));
            return Task.CompletedTask;
        }, TimeSpan.FromSeconds(30));
        Assert.True(violations.IsEmpty, string.Join("\n", violations));
        Assert.All(clients, client => Assert.False(client.IsClosed));
        var conflated = await Task.WhenAll(cluster.Nodes.Select(node => node.GetAsync("/metrics")));
        Assert.Contains(conflated, text => Value(text, "deltastream_conflated_total") > 0); // some reader was slow indeed
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

    private static async Task PublishAsync(RespConnection redis, string product, int price)
    {
        var timestamp = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffff");
        await redis.ExecuteAsync("PUBLISH", "enriched:underlying", $$"""{"product":"{{product}}","price":{{price}},"timestamp":"{{timestamp}}"}""");
        await redis.ExecuteAsync("PUBLISH", "enriched:option_chain",
            $$"""{"product":"{{product}}","spot_price":{{price}},"expiry":"2026-11-26","pcr_oi":1.0,"max_pain_strike":100,"timestamp":"{{timestamp}}","calls":[],"puts":[],"pad":"{{Padding}}"}""");
    }

    private static double Value(string metrics, string name) => metrics.Split('\n').Where(line => line.StartsWith(name + " ", StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(name.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture));
}

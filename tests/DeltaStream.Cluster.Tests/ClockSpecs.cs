using System.Text.Json;

namespace DeltaStream.Cluster.Tests;

/// <summary>Nodes whose wall clocks differ: which values are live is the same on each, because Redis's clock decides it.</summary>
public sealed class ClockSpecs
{
    private const string Product = "NIFTY";
    private const string Expiry = "2026-11-26";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="first">How many seconds the first node, which has the bridge, is ahead of Redis.</param>
    /// <param name="second">How many seconds the second node is ahead of Redis.</param>
    [Theory]
    [InlineData(0, 90)]
    [InlineData(90, -90)]
    [InlineData(-90, 0)]
    public async Task A_node_with_another_clock_serves_the_same_values(int first, int second)
    {
        await using var redis = await RedisServer.StartAsync();
        using var firstClock = await SkewedClock.AheadAsync(TimeSpan.FromSeconds(first));
        using var secondClock = await SkewedClock.AheadAsync(TimeSpan.FromSeconds(second));
        var port = FreePort.Next();
        await using var one = await Start(redis, firstClock, ("CLUSTER_PORT", $"{port}")).ReadyAsync(Patience);
        await Eventually.True(async () => await one.HealthAsync("bridge") == "active", "the first node has the bridge", Patience);
        await using (var producer = await Producer.OpenAsync(redis))
        {
            await producer.NextAsync(Product);
            await producer.ChainAsync(Product, Expiry, 100);
        }

        await Eventually.True(async () => await redis.ExecuteAsync("EXISTS", $"latest:chain:{Product}:{Expiry}") == "1", "the values are stored");
        // The second node has heard neither value: it reads them from Redis.
        await using var two = await Start(redis, secondClock, ("CLUSTER_SEEDS", $"127.0.0.1:{port}")).ReadyAsync(Patience);
        await new[] { one, two }.WholeAsync(Patience);

        foreach (var (node, ahead) in new[] { (one, first), (two, second) })
        {
            await using var client = await TestClient.ConnectAsync(node);
            await client.SubscribeAsync("product", Product);
            await client.ExpectAsync("underlying_update", e => e.Data.GetProperty("product").GetString() == Product);
            await client.SubscribeAsync("chain", Product);
            await client.ExpectAsync("chain_update", e => e.Data.GetProperty("expiry").GetString() == Expiry);
            await client.EmitAsync("get_products");
            Assert.Equal([Product], (await client.ExpectAsync("products")).Data.GetProperty("products").EnumerateArray().Select(it => it.GetString()));
            var health = await node.HealthAsync();
            Assert.Equal(ahead != 0, health.GetProperty("problems").EnumerateArray().Any(it => it.GetString() == "clock_differs"));
            Assert.InRange(await node.MetricAsync("deltastream_clock_offset_seconds"), ahead - 1, ahead + 1);
            if (ahead != 0) AssertSaysByHowMuch(health, ahead);
        }

        var clock = second != 0 ? (Node: two, Clock: secondClock) : (Node: one, Clock: firstClock);
        clock.Clock.Set(TimeSpan.Zero);
        await Eventually.True(async () => (await clock.Node.HealthAsync()).GetProperty("problems").GetArrayLength() == 0, "a clock that was set right is no problem any more");
        // Health and the log are told by different parts of the node, and the log's lines come through a pipe.
        await Eventually.True(() => clock.Node.Lines.Any(line => line.Contains("clock_agrees", StringComparison.Ordinal)), "the log says that the clock agrees again");
        Assert.Single(clock.Node.Lines, line => line.Contains("clock_differs", StringComparison.Ordinal));
        Assert.Single(clock.Node.Lines, line => line.Contains("clock_agrees", StringComparison.Ordinal));
    }

    private static void AssertSaysByHowMuch(JsonElement health, int ahead)
    {
        var detail = health.GetProperty("problem_details").GetProperty("clock_differs").GetString();
        Assert.Matches(ahead > 0 ? "this node's clock is (89|90)\\.. s ahead of Redis's" : "this node's clock is (89|90)\\.. s behind Redis's", detail);
    }

    private static NodeProcess Start(RedisServer redis, SkewedClock clock, params (string Name, string? Value)[] variables) =>
        NodeProcess.Start([("REDIS_URL", redis.Url), .. clock.Variables, .. variables]);
}

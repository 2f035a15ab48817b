using System.Globalization;

namespace DeltaStream.Cluster.Tests;

/// <summary>LATEST_SECONDS: how long a newest value is kept in Redis and sent as a snapshot.</summary>
public sealed class LatestSecondsSpecs
{
    private const string Product = "NIFTY";
    private const string Market = "NSE";

    [Theory]
    [InlineData(2)]
    [InlineData(604_800)]
    public async Task A_value_is_kept_and_sent_for_LATEST_SECONDS(int seconds)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url), ("LATEST_SECONDS", $"{seconds}")).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("feed") == "live", "the feed is live", TimeSpan.FromSeconds(30));
        await using var early = await TestClient.ConnectAsync(node);
        await redis.ExecuteAsync("PUBLISH", "enriched:market_status", $$"""{"market":"{{Market}}","status":"closed"}""");
        await using (var producer = await Producer.OpenAsync(redis)) await producer.NextAsync(Product);
        await Eventually.True(() => early.NewestOf(Product) == 1, "the update comes");
        await Eventually.True(async () => await LifeAsync(redis, $"latest:underlying:{Product}") > 0, "the value is stored");
        Assert.InRange(await LifeAsync(redis, $"latest:underlying:{Product}"), seconds - 60, seconds);
        await Eventually.True(async () => await LifeAsync(redis, $"latest:market_status:{Market}") > 600_000, "a market's status is kept for a week");

        if (seconds > 60) return;
        await Eventually.True(async () => await redis.ExecuteAsync("EXISTS", $"latest:underlying:{Product}") == "0", "Redis has let it go");
        await using var late = await TestClient.ConnectAsync(node);
        await late.EmitAsync("get_products");
        Assert.Equal(0, (await late.ExpectAsync("products")).Data.GetProperty("products").GetArrayLength());
        await late.SubscribeAsync("product", Product);
        await late.EmitAsync("get_products");
        await Eventually.True(() => late.Of("products").Count == 2, "an answer that comes after the snapshot");
        Assert.Empty(late.PricesOf(Product));
    }

    private static async Task<int> LifeAsync(RedisServer redis, string key) => int.Parse(await redis.ExecuteAsync("TTL", key), CultureInfo.InvariantCulture);
}

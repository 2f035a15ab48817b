using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Redis;

/// <summary>A real redis-server delivers messages and refuses writes: the feed of two nodes goes on.</summary>
public sealed class RefusedWritesSpecs
{
    [Fact]
    public Task Without_enough_replicas_the_feed_goes_on_and_a_kill_heals_when_writes_come_back() =>
        RunAsync("NOREPLICAS", ["CONFIG", "SET", "min-replicas-to-write", "1"], ["CONFIG", "SET", "min-replicas-to-write", "0"]);

    [Fact]
    [Trait("Category", "Full")]
    public Task Without_memory_the_feed_goes_on_and_a_kill_heals_when_writes_come_back() =>
        RunAsync("OOM", ["CONFIG", "SET", "maxmemory", "1"], ["CONFIG", "SET", "maxmemory", "0"]);

    [Fact]
    [Trait("Category", "Full")]
    public async Task Without_a_place_to_save_the_feed_goes_on_and_a_kill_heals_when_writes_come_back()
    {
        var folder = Directory.CreateTempSubdirectory("deltastream-");
        try
        {
            await RunAsync("MISCONF", ["BGSAVE"], ["CONFIG", "SET", "stop-writes-on-bgsave-error", "no"], folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task RunAsync(string word, string[] begin, string[] end, string? folder = null)
    {
        await using var redis = folder is null ? await RedisServer.StartAsync() : await RedisServer.StartAsync("--dir", folder, "--dbfilename", "taken");
        if (folder is not null)
        {
            // The file can't take the place of a folder, so saving fails.
            Directory.CreateDirectory(Path.Combine(folder, "taken", "full"));
            await redis.ExecuteAsync("CONFIG", "SET", "save", "3600 1000000");
        }

        await using var active = await NodeProcess.Start(("REDIS_URL", redis.Url), ("DEMO_FEED", "off")).ReadyAsync();
        await Eventually.True(async () => await active.HealthAsync("bridge") == "active", "the first node is active");
        await using var standby = await NodeProcess.Start(("REDIS_URL", redis.Url), ("DEMO_FEED", "off"), ("CLUSTER_SEEDS", active.Address)).ReadyAsync();
        await Eventually.True(async () => await standby.HealthAsync("status") == "healthy", "the second node is healthy");
        await using var client = await TestClient.ConnectAsync(standby);
        await using var producer = await RespConnection.OpenAsync(redis.Port);

        await redis.ExecuteAsync(begin);
        await Eventually.True(async () => (await standby.HealthAsync("problem_details")).Contains(word, StringComparison.Ordinal), "it is said");

        // Far longer than the lease.
        var last = 0;
        for (; last < 60; last++)
        {
            await PublishAsync(producer, last);
            await Task.Delay(50);
        }

        await client.ExpectAsync("underlying_update", update => Price(update) == last - 1);
        // Where memory is short Redis still prolongs the lease.
        foreach (var node in word == "OOM" ? [] : new[] { active, standby })
            Assert.Contains($"the active bridge ({active.Address}) goes on without a renewed lease", await node.HealthAsync("problem_details"));
        Assert.Equal("active", await active.HealthAsync("bridge"));
        Assert.Equal("live", await standby.HealthAsync("feed"));
        Assert.Empty(client.Of("feed_status"));
        Assert.Equal("0", await redis.ExecuteAsync("EXISTS", "latest:underlying:NIFTY"));

        await active.KillAsync();
        await PublishAsync(producer, 100);
        if (word == "OOM")
        {
            // Redis prolongs the lease where it can't write it anew, so the standby is refused once the lease has expired.
            await Eventually.True(async () => await standby.HealthAsync("feed") != "live", "the feed is not live");
        }
        else
        {
            await Eventually.True(async () => await standby.HealthAsync("feed") == "down", "the feed is down", TimeSpan.FromSeconds(15));
        }

        Assert.Contains("redis_refuses", await standby.HealthAsync("problems"));
        await redis.ExecuteAsync(end);
        await client.ExpectAsync("underlying_update", update => Price(update) == 100);
        await Eventually.True(async () => await standby.HealthAsync("feed") == "live", "the feed is live");
        await Eventually.True(async () => await redis.ExecuteAsync("EXISTS", "latest:underlying:NIFTY") == "1", "the value is written");

        var prices = client.Of("underlying_update").Select(Price).ToArray();
        Assert.Equal([.. prices.Distinct().Order()], prices);
    }

    private static Task<string> PublishAsync(RespConnection producer, int price) =>
        producer.ExecuteAsync("PUBLISH", "enriched:underlying", $$"""{"product":"NIFTY","price":{{price}}}""");

    private static int Price(ReceivedEvent update) => update.Data.GetProperty("price").GetInt32();
}

using System.Net;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Operations;

/// <summary>Redis is not there, goes away, comes back empty: the node stays up, says so, and mends itself.</summary>
public sealed class RedisOutageSpecs
{
    private const string First = """{"product":"NIFTY","price":1,"timestamp":"2026-11-24T09:15:00"}""";
    private const string Second = """{"product":"NIFTY","price":2,"timestamp":"2026-11-24T09:15:01"}""";

    [Fact]
    public async Task Redis_down_at_the_start_leaves_the_node_ready_and_recovers_by_itself()
    {
        await using var redis = RedisServer.NotStarted();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url)).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("feed") == "down", "health says down");
        Assert.Equal("degraded", await node.HealthAsync("status"));
        await using var client = await TestClient.ConnectAsync(node);
        await client.ExpectAsync("feed_status", e => e.Data.GetProperty("status").GetString() == "down");

        await redis.StartAgainAsync();
        await client.ExpectAsync("feed_status", e => e.Data.GetProperty("status").GetString() == "live");
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy", "the node is healthy");
        await redis.ExecuteAsync("PUBLISH", "enriched:underlying", First);
        Assert.Equal(First, (await client.ExpectAsync("underlying_update")).Text);
    }

    [Fact]
    public async Task Redis_that_comes_back_empty_gets_its_values_again_and_the_clients_their_updates()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url)).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("feed") == "live", "the feed is live");
        await using var client = await TestClient.ConnectAsync(node);
        await redis.ExecuteAsync("PUBLISH", "enriched:underlying", First);
        await client.ExpectAsync("underlying_update");

        await redis.KillAsync();
        await Eventually.True(async () => await node.HealthAsync("feed") == "down", "health says down");
        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync("/health/ready"));
        await client.ExpectAsync("feed_status", e => e.Data.GetProperty("status").GetString() == "down");

        await redis.StartAgainAsync();
        await Eventually.True(async () => await redis.ExecuteAsync("GET", "latest:underlying:NIFTY") == First, "the value is written again");
        await Eventually.True(async () => await node.HealthAsync("feed") == "live", "the feed is live again");
        await redis.ExecuteAsync("PUBLISH", "enriched:underlying", Second);
        await client.ExpectAsync("underlying_update", e => e.Text == Second);
        Assert.Equal([First, Second], client.Of("underlying_update").Select(e => e.Text));
    }

    [Fact]
    public async Task After_a_flush_the_bridge_is_active_again_and_the_next_update_reaches_clients_and_the_store()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url)).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("feed") == "live", "the feed is live");
        await using var client = await TestClient.ConnectAsync(node);
        await redis.ExecuteAsync("FLUSHALL");
        await Eventually.True(async () => await redis.ExecuteAsync("EXISTS", "deltastream:bridge:lease") == "1", "the lease is taken again");
        await Eventually.True(async () => await node.HealthAsync("bridge") == "active", "the bridge is active again");
        await redis.ExecuteAsync("PUBLISH", "enriched:underlying", Second);
        Assert.Equal(Second, (await client.ExpectAsync("underlying_update")).Text);
        await Eventually.True(async () => await redis.ExecuteAsync("GET", "latest:underlying:NIFTY") == Second, "the value is written");
    }
}

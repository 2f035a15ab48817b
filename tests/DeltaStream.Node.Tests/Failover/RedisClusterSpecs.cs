using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Failover;

/// <summary>A node on a real Redis Cluster of three nodes.</summary>
public sealed class RedisClusterSpecs
{
    [Fact]
    public async Task Whatever_node_the_platform_publishes_at_the_values_are_sent_kept_and_read_again()
    {
        await using var redis = await RedisClusterTrio.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url)).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy", "the node is healthy", TimeSpan.FromSeconds(30));
        await using var client = await TestClient.ConnectAsync(node);
        // Enough products that their values lie on every node.
        var products = Enumerable.Range(0, 12).Select(i => $"P{i}").ToArray();
        foreach (var (product, i) in products.Select((product, i) => (product, i)))
        {
            await redis.Servers[i % 3].ExecuteAsync("PUBLISH", "enriched:underlying", Price(product));
            await client.ExpectAsync("underlying_update", update => update.Data.GetProperty("product").GetString() == product);
        }

        Assert.Equal(products.Length, client.Of("underlying_update").Count);
        foreach (var product in products)
        {
            await Eventually.True(async () => await redis.ExecuteAsync("GET", $"latest:underlying:{product}") == Price(product), $"{product} is kept");
            Assert.NotEmpty(await redis.ExecuteAsync("GET", $"deltastream:position:{{latest:underlying:{product}}}"));
        }

        // A node that has heard none of them reads them from every Redis.
        await using var later = await NodeProcess.Start(("REDIS_URL", $"redis://127.0.0.1:{redis.Servers[2].Port}")).ReadyAsync();
        await using var reader = await TestClient.ConnectAsync(later);
        foreach (var product in products)
        {
            await reader.SubscribeAsync("product", product);
            await reader.ExpectAsync("underlying_update", update => update.Data.GetProperty("product").GetString() == product);
        }

        Assert.Equal("[]", await node.HealthAsync("problems"));
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task When_a_primary_dies_the_feed_is_back_with_the_replica_that_takes_its_place()
    {
        await using var redis = await RedisClusterTrio.StartAsync(replicas: 1);
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url)).ReadyAsync();
        await using var feed = await PriceFeed.OnAsync(node, redis.Servers[0]);
        var lease = await PrimaryOfAsync(redis, "deltastream:bridge:lease");
        await lease.KillAsync();
        var promoted = await redis.PromotedAsync();
        await feed.MovesToAsync(promoted, TimeSpan.FromSeconds(6));
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy", "no problem is left", TimeSpan.FromSeconds(30));
        Assert.NotEmpty(await promoted.ExecuteAsync("GET", "deltastream:bridge:lease"));
    }

    private static async Task<RedisServer> PrimaryOfAsync(RedisClusterTrio redis, string key)
    {
        foreach (var server in redis.Servers.Take(3))
            if (!(await server.ExecuteAsync("GET", key)).StartsWith("-MOVED", StringComparison.Ordinal)) return server;
        throw new InvalidOperationException("no primary has the slot");
    }

    [Fact]
    public async Task A_user_with_the_documented_rights_runs_a_node_on_a_cluster()
    {
        await using var redis = await RedisClusterTrio.StartAsync();
        foreach (var server in redis.Servers)
            Assert.Equal("OK", await server.ExecuteAsync(["ACL", "SETUSER", "deltastream", "on", ">s:cret@1", .. DocumentedRights.Of("resetkeys"), .. DocumentedRights.Of("+cluster")]));
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url.Replace("redis://", "redis://deltastream:s%3Acret%401@")), ("DEMO_FEED", "on")).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy", "the node is healthy", TimeSpan.FromSeconds(30));
        await using var client = await TestClient.ConnectAsync(node);
        await client.ExpectAsync("underlying_update");
        foreach (var server in redis.Servers) Assert.Equal("", await server.ExecuteAsync("ACL", "LOG"));
        Assert.DoesNotContain("cret", node.Log.Replace("secret", ""));
    }

    [Fact]
    public async Task If_one_node_of_a_Redis_Cluster_refuses_the_login_no_node_of_it_is_used()
    {
        await using var redis = await RedisClusterTrio.StartAsync();
        foreach (var server in redis.Servers) await server.ExecuteAsync("ACL", "SETUSER", "gateway", "on", server == redis.Servers[1] ? ">other" : ">pw", "~*", "&*", "+@all");
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url.Replace("redis://", "redis://gateway:pw@"))).ReadyAsync();
        await Eventually.True(async () => (await node.HealthAsync("problems")).Contains("redis_login_refused", StringComparison.Ordinal), "it is a problem");
        foreach (var server in redis.Servers) Assert.Equal("0", await server.ExecuteAsync("DBSIZE"));
        await redis.Servers[1].ExecuteAsync("ACL", "SETUSER", "gateway", ">pw");
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy", "the node is healthy", TimeSpan.FromSeconds(30));
    }

    private static string Price(string product) => $$"""{"product":"{{product}}","price":1,"timestamp":"2026-11-24T09:15:00"}""";
}

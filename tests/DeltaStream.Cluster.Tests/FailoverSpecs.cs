namespace DeltaStream.Cluster.Tests;

/// <summary>Three nodes, whose Redis fails over.</summary>
[Trait("Category", "Full")]
public sealed class FailoverSpecs
{
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task After_a_failover_of_Sentinel_every_node_has_the_feed_and_the_former_primary_that_comes_back_is_not_taken()
    {
        await using var redis = await SentinelTrio.StartAsync();
        await using var cluster = await TestCluster.StartAsync(("REDIS_URL", redis.Url));
        var feeds = await FeedsAsync(cluster, redis.Servers[0]);
        await redis.Servers[0].KillAsync();
        var promoted = await redis.PromotedAsync();
        await MoveAsync(feeds, promoted);

        // It takes itself for the primary until the Sentinels demote it, about ten seconds later.
        await redis.Servers[0].StartAgainAsync();
        await Eventually.True(async () =>
        {
            foreach (var feed in feeds)
            {
                await feed.PublishAsync();
                await feed.ArrivesAsync();
            }

            return (await redis.Servers[0].ExecuteAsync("ROLE")).StartsWith("slave", StringComparison.Ordinal);
        }, "the former primary is demoted", TimeSpan.FromSeconds(60));
        Assert.Single(await ActiveAsync(cluster));
    }

    [Fact]
    public async Task Of_several_addresses_every_node_follows_the_primary()
    {
        var servers = await RedisServer.StartReplicatedAsync(1);
        await using var first = servers[0];
        await using var second = servers[1];
        await using var cluster = await TestCluster.StartAsync(("REDIS_URL", $"redis://127.0.0.1:{first.Port},127.0.0.1:{second.Port}"));
        var feeds = await FeedsAsync(cluster, first);
        await second.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await first.ExecuteAsync("REPLICAOF", "127.0.0.1", $"{second.Port}");
        await MoveAsync(feeds, second);
        Assert.Single(await ActiveAsync(cluster));
    }

    [Fact]
    public async Task On_a_Redis_Cluster_every_node_has_the_feed_and_a_node_of_Redis_that_comes_back_is_used_again()
    {
        await using var redis = await RedisClusterTrio.StartAsync();
        await using var cluster = await TestCluster.StartAsync(("REDIS_URL", redis.Url));
        var feeds = await FeedsAsync(cluster, redis.Servers[0]);
        // Without replicas the slots of a dead node are served by nobody until it is back.
        foreach (var server in redis.Servers)
        {
            await server.KillAsync();
            await server.StartAgainAsync();
            await MoveAsync(feeds, server);
        }

        Assert.Single(await ActiveAsync(cluster));
    }

    private static async Task<PriceFeed[]> FeedsAsync(TestCluster cluster, RedisServer redis)
    {
        var feeds = new List<PriceFeed>();
        foreach (var node in cluster.Nodes) feeds.Add(await PriceFeed.OnAsync(node, redis, $"NIFTY{feeds.Count}"));
        return [.. feeds];
    }

    private static Task MoveAsync(PriceFeed[] feeds, RedisServer redis) => Task.WhenAll(feeds.Select(feed => feed.MovesToAsync(redis, Back)));

    private static async Task<string[]> ActiveAsync(TestCluster cluster)
    {
        var bridges = await Task.WhenAll(cluster.Nodes.Select(node => node.HealthAsync("bridge")));
        return [.. bridges.Where(bridge => bridge == "active")];
    }
}

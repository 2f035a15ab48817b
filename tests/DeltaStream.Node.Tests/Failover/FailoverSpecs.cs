using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Failover;

/// <summary>Another Redis becomes the primary, and the node finds it.</summary>
public sealed class FailoverSpecs
{
    // A node takes 2 s at most; a busy machine gets more.
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task After_a_failover_of_Sentinel_the_feed_is_back_with_the_newest_values_and_nothing_comes_twice()
    {
        await using var redis = await SentinelTrio.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url)).ReadyAsync();
        await using var feed = await PriceFeed.OnAsync(node, redis.Servers[0]);
        await redis.Servers[0].KillAsync();
        var promoted = await redis.PromotedAsync();
        await feed.MovesToAsync(promoted, Back);
        await Eventually.True(async () => await promoted.ExecuteAsync("GET", "latest:underlying:NIFTY") == feed.NewestJson, "the newest value is kept");
    }

    [Fact]
    public async Task A_node_that_is_connecting_to_a_primary_that_hangs_goes_to_the_next_one_as_soon_as_the_Sentinels_name_it()
    {
        await using var redis = await SentinelTrio.StartAsync();
        redis.Servers[0].Pause();
        // A connection attempt that would wait for the hanging primary far longer than the failover takes.
        var settings = DeltaStream.Node.Tests.Redis.RedisBackend.Settings with { CommandTimeout = TimeSpan.FromMinutes(1) };
        var dialer = DeltaStream.Node.Tests.Redis.RedisBackend.DialerOf(DeltaStream.Node.Settings.RedisUrlReader.Read(redis.Url), settings: settings);
        await using var link = await dialer.DialAsync("test", default).WaitAsync(TimeSpan.FromSeconds(30));
        var promoted = await redis.PromotedAsync();
        Assert.Equal($"127.0.0.1:{promoted.Port}", link.Address);
        Assert.False(link.IsReplica);
        redis.Servers[0].Resume();
    }

    [Fact]
    public async Task A_Sentinel_with_a_password_lets_the_node_in_and_the_feed_is_back_after_a_failover() =>
        await FailOverAsync(SentinelAccess.Password("s3cret"));

    [Fact]
    public async Task Over_TLS_a_user_with_the_documented_rights_runs_a_node_with_Sentinel_and_through_a_failover()
    {
        using var certificates = await Certificates.MakeAsync("redis");
        var access = SentinelAccess.TlsUser(certificates, "deltastream", "s3cret:1", DocumentedRights.Of("resetkeys"), "+@connection +sentinel|master +info");
        await FailOverAsync(access, ("REDIS_TLS_CA", certificates.Authority));
    }

    [Fact]
    public async Task Of_several_addresses_the_node_follows_the_primary_there_and_back()
    {
        var servers = await RedisServer.StartReplicatedAsync(1);
        await using var first = servers[0];
        await using var second = servers[1];
        await using var node = await NodeProcess.Start(("REDIS_URL", $"redis://127.0.0.1:{first.Port},127.0.0.1:{second.Port}")).ReadyAsync();
        await using var feed = await PriceFeed.OnAsync(node, first);
        await PromoteAsync(second, first);
        await feed.MovesToAsync(second, Back);
        await PromoteAsync(first, second);
        await feed.MovesToAsync(first, Back);
    }

    [Fact]
    public async Task A_primary_that_dies_is_replaced_by_the_replica_that_an_operator_promotes()
    {
        var servers = await RedisServer.StartReplicatedAsync(1);
        await using var first = servers[0];
        await using var second = servers[1];
        await using var node = await NodeProcess.Start(("REDIS_URL", $"redis://127.0.0.1:{first.Port},127.0.0.1:{second.Port}")).ReadyAsync();
        await using var feed = await PriceFeed.OnAsync(node, first);
        await first.KillAsync();
        await Eventually.True(async () => (await node.HealthAsync("problems")).Contains("redis_read_only", StringComparison.Ordinal), "health says that only a replica is left");
        await second.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await feed.MovesToAsync(second, Back);
        await Eventually.True(async () => await node.HealthAsync("problems") == "[]", "no problem is left");

        // The former primary comes back, empty, and takes itself for the primary.
        await first.StartAgainAsync();
        await feed.PublishAsync();
        await feed.ArrivesAsync();
        Assert.Equal("live", await node.HealthAsync("feed"));
    }

    [Fact]
    public async Task Of_two_servers_that_say_they_are_the_primary_the_one_with_a_replica_is_used()
    {
        await using var former = await RedisServer.StartAsync();
        var servers = await RedisServer.StartReplicatedAsync(1);
        await using var primary = servers[0];
        await using var replica = servers[1];
        var url = DeltaStream.Node.Settings.RedisUrlReader.Read($"redis://127.0.0.1:{former.Port},127.0.0.1:{replica.Port},127.0.0.1:{primary.Port}");
        await using var connection = new DeltaStream.Node.Redis.RedisConnection(DeltaStream.Node.Tests.Redis.RedisBackend.DialerOf(url));
        Assert.True(await connection.RunAsync(db => db.StringSetAsync("here", "1"), default));
        Assert.Equal("1", await primary.ExecuteAsync("GET", "here"));
    }

    [Fact]
    public async Task A_demoted_primary_that_still_takes_writes_is_live_no_more_and_left_for_the_next_one()
    {
        var servers = await RedisServer.StartReplicatedAsync(1, () => ["--replica-read-only", "no"]);
        await using var first = servers[0];
        await using var second = servers[1];
        await using var node = await NodeProcess.Start(("REDIS_URL", $"redis://127.0.0.1:{first.Port},127.0.0.1:{second.Port}")).ReadyAsync();
        await using var feed = await PriceFeed.OnAsync(node, first);
        // A replica of nobody: no message reaches it, and every command still succeeds.
        await first.ExecuteAsync("REPLICAOF", "127.0.0.1", "1");
        await Eventually.True(async () => await node.HealthAsync("feed") == "down", "the feed is down");
        Assert.Contains("redis_read_only", await node.HealthAsync("problems"));
        await second.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await feed.MovesToAsync(second, Back);
        await Eventually.True(async () => await node.HealthAsync("problems") == "[]", "no problem is left");
    }

    [Fact]
    public async Task One_address_whose_server_becomes_a_replica_and_the_primary_again_has_the_feed_again()
    {
        await using var other = await RedisServer.StartAsync();
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url)).ReadyAsync();
        await using var feed = await PriceFeed.OnAsync(node, redis);
        await redis.ExecuteAsync("REPLICAOF", "127.0.0.1", $"{other.Port}");
        await Eventually.True(async () => (await node.HealthAsync("problems")).Contains("redis_read_only", StringComparison.Ordinal), "health says that Redis is a replica");
        await Eventually.True(async () => await node.HealthAsync("feed") == "down", "the feed is down");
        await redis.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await feed.MovesToAsync(redis, Back);
    }

    private static async Task FailOverAsync(SentinelAccess access, params (string Name, string? Value)[] variables)
    {
        await using var redis = await SentinelTrio.StartAsync(access);
        await using var node = await NodeProcess.Start([("REDIS_URL", redis.Url), .. variables]).ReadyAsync();
        await using var feed = await PriceFeed.OnAsync(node, redis.Servers[0]);
        await redis.Servers[0].KillAsync();
        var promoted = await redis.PromotedAsync();
        await feed.MovesToAsync(promoted, Back);
        await Eventually.True(async () => await promoted.ExecuteAsync("GET", "latest:underlying:NIFTY") == feed.NewestJson, "the newest value is kept");
        Assert.DoesNotContain("cret", node.Log.Replace("secret", ""));
    }

    /// <summary>As an operator does it, with what the former primary still replicates.</summary>
    private static async Task PromoteAsync(RedisServer next, RedisServer former)
    {
        await next.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await former.ExecuteAsync("REPLICAOF", "127.0.0.1", $"{next.Port}");
    }
}

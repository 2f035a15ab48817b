using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Redis;

/// <summary>The access list of docs/redis.md suffices for a whole node.</summary>
public sealed class AccessListSpecs
{
    [Fact]
    public async Task A_user_with_the_documented_rights_runs_a_node()
    {
        await using var redis = await RedisServer.StartAsync();
        Assert.Equal("OK", await redis.ExecuteAsync(["ACL", "SETUSER", "deltastream", "on", ">s:cret@1", .. DocumentedRights.Of("resetkeys")]));
        await using var node = await NodeProcess.Start(("REDIS_URL", $"redis://deltastream:s%3Acret%401@127.0.0.1:{redis.Port}"), ("DEMO_FEED", "on")).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy", "the node is healthy");
        await using var client = await TestClient.ConnectAsync(node);
        await client.ExpectAsync("underlying_update");
        await Eventually.True(async () => await redis.ExecuteAsync("EXISTS", "latest:underlying:NIFTY", "latest:chain:NIFTY") == "2", "the keys are written");
        await client.SubscribeAsync("chain", "NIFTY");
        await client.ExpectAsync("chain_update");
        var refused = await redis.ExecuteAsync("ACL", "LOG");
        Assert.True(refused.Length == 0, refused);
        Assert.DoesNotContain("cret@1", node.Log);
        Assert.DoesNotContain("cret%401", node.Log);
    }
}

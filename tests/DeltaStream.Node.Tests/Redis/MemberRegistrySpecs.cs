using DeltaStream.Actors.Market;
using DeltaStream.Node.Redis;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Redis;

public sealed class MemberRegistrySpecs
{
    [Fact]
    public async Task A_list_that_cannot_be_written_is_no_evidence_of_dead_members()
    {
        await using var redis = await RedisServer.StartAsync();
        var url = new Node.Settings.RedisUrl("127.0.0.1", redis.Port, false, null, null, 0);
        await using var connection = new RedisConnection(RedisBackend.DialerOf(url));
        var registry = new MemberRegistry(connection);
        Assert.Empty(await registry.OthersAsync("first:1", default));
        await registry.AnnounceAsync("second:1", default);
        Assert.Equal(["second:1"], await registry.OthersAsync("first:1", default));

        // A node that only asks is not a member.
        Assert.Empty(await registry.AnnounceAsync("second:1", default));
        await redis.ExecuteAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        Assert.Contains("NOREPLICAS", (await Assert.ThrowsAsync<FeedUnavailableException>(() => registry.OthersAsync("first:1", default))).Message);
    }
}

namespace DeltaStream.Cluster.Tests;

/// <summary>Three nodes of one cluster, one of which was given another Redis.</summary>
public sealed class DifferentRedisSpecs
{
    [Fact]
    public async Task Nodes_on_different_Redis_servers_are_degraded_and_only_the_larger_group_publishes()
    {
        await using var common = await RedisServer.StartAsync();
        await using var other = await RedisServer.StartAsync();
        await using var first = await NodeProcess.Start(("REDIS_URL", common.Url)).ReadyAsync();
        await using var second = NodeProcess.Start(("REDIS_URL", common.Url), ("CLUSTER_SEEDS", first.Address));
        await using var stray = NodeProcess.Start(("REDIS_URL", other.Url), ("CLUSTER_SEEDS", first.Address));
        NodeProcess[] nodes = [first, second, stray];
        foreach (var node in nodes) await node.ReadyAsync();

        foreach (var node in nodes)
        {
            await Eventually.True(async () => (await node.HealthAsync("problems")).Contains("redis_differs", StringComparison.Ordinal), $"{node.Address} says so", TimeSpan.FromSeconds(30));
            Assert.Equal("degraded", await node.HealthAsync("status"));
            var named = node == stray ? first.Address : stray.Address;
            await Eventually.True(() => node.Lines.Any(line => line.Contains("redis_differs", StringComparison.Ordinal) && line.Contains(named, StringComparison.Ordinal)), "the log names the other");
        }

        // Clients of all nodes get what the two publish; what the stray one hears goes nowhere.
        await Eventually.True(async () => await stray.HealthAsync("bridge") == "standby" && await stray.HealthAsync("feed") == "live", "the stray bridge stands by", TimeSpan.FromSeconds(30));
        await using var client = await TestClient.ConnectAsync(stray);
        await other.ExecuteAsync("PUBLISH", "enriched:underlying", """{"product":"NIFTY","price":1,"timestamp":"2026-11-24T10:00:00"}""");
        await common.ExecuteAsync("PUBLISH", "enriched:underlying", """{"product":"NIFTY","price":2,"timestamp":"2026-11-24T10:00:01"}""");
        await client.ExpectAsync("underlying_update", e => e.Data.GetProperty("price").GetInt32() == 2);
        Assert.Single(client.Of("underlying_update"));
    }
}

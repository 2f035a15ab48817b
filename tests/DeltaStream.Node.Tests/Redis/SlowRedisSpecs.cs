using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Redis;

/// <summary>A Redis whose answers to commands take 0.7 s, where the lease is one of a second.</summary>
public sealed class SlowRedisSpecs
{
    [Fact]
    public async Task The_bridge_keeps_its_lease_and_clients_are_told_nothing()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var proxy = new LagProxy(redis.Port, "deltastream", TimeSpan.Zero);
        await using var node = await NodeProcess.Start(("REDIS_URL", $"redis://127.0.0.1:{proxy.Port}"), ("DEMO_FEED", "off")).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy", "the node is healthy");
        await using var client = await TestClient.ConnectAsync(node);
        await using var producer = await RespConnection.OpenAsync(redis.Port);
        var epoch = await node.MetricAsync("deltastream_bridge_epoch");

        proxy.Lag = TimeSpan.FromSeconds(0.7);
        const int last = 80;
        for (var price = 1; price <= last; price++)
        {
            await producer.ExecuteAsync("PUBLISH", "enriched:underlying", $$"""{"product":"NIFTY","price":{{price}}}""");
            await Task.Delay(50);
        }

        await client.ExpectAsync("underlying_update", update => update.Data.GetProperty("price").GetInt32() == last);
        Assert.Equal(epoch, await node.MetricAsync("deltastream_bridge_epoch"));
        Assert.Equal(0, await node.MetricAsync("deltastream_bridge_lease_lost_total"));
        Assert.Empty(client.Of("feed_status"));
        Assert.True(proxy.Delayed > 0);
    }
}

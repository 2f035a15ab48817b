namespace DeltaStream.Abuse.Tests.Limits;

/// <summary>A client that leaves and comes back on one connection: it is no new one, and what it may send is what is left of its share.</summary>
public sealed class ComingBackSpecs
{
    [Fact]
    public async Task A_client_that_keeps_reconnecting_is_refused_until_it_slows_down()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url), ("LIMIT_MESSAGES_PER_SECOND", "1")).ReadyAsync();
        await using var client = await TestClient.OpenAsync(node, TestClient.SocketIo);
        await client.SendAsync("40");
        for (var i = 0; i < 20; i++)
        {
            await client.SendAsync("41");
            await client.SendAsync("40");
        }

        Assert.Contains("\"code\":\"rate_limited\"", await client.ExpectTextAsync(text => text.StartsWith("44", StringComparison.Ordinal), "a refusal"));
        var connected = Connected();
        Assert.InRange(connected, 1, 15);
        await Eventually.True(async () =>
        {
            await client.SendAsync("40");
            return Connected() > connected;
        }, "it is let in again");
        Assert.False(client.IsClosed);

        int Connected() => client.Received.Count(text => text.StartsWith("40", StringComparison.Ordinal));
    }
}

using SocketIOClient;
using SocketIOClient.Transport;

namespace DeltaStream.Interop.Tests;

public class DrainSpecs
{
    [Fact]
    public async Task A_client_that_only_polls_comes_back_by_itself_after_its_node_was_stopped()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var first = await NodeProcess.Start(("REDIS_URL", redis.Url)).ReadyAsync();
        using var client = new SocketIOClient.SocketIO(first.Url, new SocketIOOptions
        {
            Transport = TransportProtocol.Polling,
            AutoUpgrade = false,
            ReconnectionDelay = 200,
            ReconnectionDelayMax = 500,
            ConnectionTimeout = TimeSpan.FromSeconds(10),
        });
        var connected = client.Hear("connected");
        await client.ConnectAsync();
        await connected.FirstAsync("connected");

        first.Terminate();
        Assert.Equal(0, await first.ExitAsync(TimeSpan.FromSeconds(15)));
        await using var second = await NodeProcess.Start(("REDIS_URL", redis.Url), ("PORT", $"{first.Port}")).ReadyAsync();
        await Eventually.True(() => connected.Count == 2, "it is greeted again");
        Assert.Equal("ok", (await client.CallAsync("unsubscribe", new { type = "general" })).GetValue<System.Text.Json.JsonElement>().GetProperty("status").GetString());
        await client.DisconnectAsync();
    }
}

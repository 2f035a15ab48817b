using System.Text.Json;

namespace DeltaStream.Interop.Tests;

public class GatewaySpecs(Gateway gateway) : IClassFixture<Gateway>
{
    [Theory]
    [InlineData(ClientMode.WebSocket)]
    [InlineData(ClientMode.Polling)]
    [InlineData(ClientMode.Upgrade)]
    public async Task A_client_connects_subscribes_and_gets_errors(ClientMode mode)
    {
        using var client = mode.CreateClient(gateway.Url);
        var (connected, subscribed, products) = (client.Hear("connected"), client.Hear("subscribed"), client.Hear("products"));
        await client.ConnectAsync();

        var greeting = (await connected.FirstAsync("connected")).GetValue<JsonElement>();
        Assert.Equal(client.Id, greeting.GetProperty("client_id").GetString());
        var answer = (await client.CallAsync("subscribe", new { type = "product", symbol = "NIFTY" })).GetValue<JsonElement>();
        Assert.Equal(("ok", "product:NIFTY"), (answer.GetProperty("status").GetString(), answer.GetProperty("room").GetString()));
        Assert.Equal("product:NIFTY", (await subscribed.FirstAsync("subscribed")).GetValue<JsonElement>().GetProperty("room").GetString());
        await client.EmitAsync("get_products");
        Assert.Equal(JsonValueKind.Array, (await products.FirstAsync("products")).GetValue<JsonElement>().GetProperty("products").ValueKind);
        var refusal = (await client.CallAsync("subscribe", new { })).GetValue<JsonElement>();
        Assert.Equal("missing_field", refusal.GetProperty("code").GetString());
        await client.DisconnectAsync();
    }
}

/// <summary>A node on a real redis-server, unless <c>GATEWAY_URL</c> names one that runs.</summary>
public sealed class Gateway : IAsyncLifetime
{
    private RedisServer? _redis;
    private NodeProcess? _node;

    public Uri Url { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("GATEWAY_URL") is { } running)
        {
            Url = new Uri(running);
            return;
        }

        _redis = await RedisServer.StartAsync();
        _node = await NodeProcess.Start(("REDIS_URL", _redis.Url)).ReadyAsync();
        Url = _node.Url;
    }

    public async Task DisposeAsync()
    {
        if (_node is not null) await _node.DisposeAsync();
        if (_redis is not null) await _redis.DisposeAsync();
    }
}

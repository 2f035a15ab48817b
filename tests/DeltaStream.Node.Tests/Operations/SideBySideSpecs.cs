using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Operations;

/// <summary>
/// The Flask gateway and this one on one Redis. The other one is played by what it does there: it subscribes to the same
/// channels and sets the same <c>latest:*</c> keys, one for all expiries of a product, without positions.
/// </summary>
public sealed class SideBySideSpecs
{
    [Fact]
    public async Task Neither_gateway_disturbs_the_other()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(("REDIS_URL", redis.Url)).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("feed") == "live", "the feed is live");
        await using var flask = await RespConnection.OpenAsync(redis.Port);
        await flask.ExecuteAsync("SUBSCRIBE", "enriched:underlying");
        await flask.ExecuteAsync("SUBSCRIBE", "enriched:option_chain");
        await using var client = await TestClient.ConnectAsync(node);
        await client.SubscribeAsync("product", "NIFTY");
        await client.SubscribeAsync("chain", "NIFTY");

        var prices = Enumerable.Range(1, 20).Select(Price).ToArray();
        foreach (var price in prices)
        {
            await redis.ExecuteAsync("PUBLISH", "enriched:underlying", price);
            Assert.EndsWith("\n" + price, await flask.ReadAsync());
            await redis.ExecuteAsync("SETEX", "latest:underlying:NIFTY", "300", price);
            await client.ExpectAsync("underlying_update", e => e.Text == price);
        }

        string[] chains = [Chain("2026-11-26", 1), Chain("2026-12-31", 2)];
        foreach (var chain in chains)
        {
            await redis.ExecuteAsync("PUBLISH", "enriched:option_chain", chain);
            Assert.EndsWith("\n" + chain, await flask.ReadAsync());
            await redis.ExecuteAsync("SETEX", "latest:chain:NIFTY", "300", chain);
            await client.ExpectAsync("chain_update", e => e.Text == chain);
        }

        // One copy each, for the client; and for the other gateway nothing of ours on its channels.
        Assert.Equal(prices, client.Of("underlying_update").Select(e => e.Text));
        Assert.Equal(chains, client.Of("chain_update").Select(e => e.Text));
        Assert.Equal(chains[1], await redis.ExecuteAsync("GET", "latest:chain:NIFTY"));
        Assert.Equal("2", await redis.ExecuteAsync("EXISTS", "latest:chain:NIFTY:2026-11-26", "latest:chain:NIFTY:2026-12-31"));

        // A node that starts now finds a value that only the other gateway has set, and serves it until something newer comes.
        await redis.ExecuteAsync("SETEX", "latest:underlying:BANKNIFTY", "60", """{"product":"BANKNIFTY","price":7,"timestamp":"2026-11-24T09:15:00"}""");
        await client.EmitAsync("subscribe", """{"type":"product","symbol":"BANKNIFTY"}""");
        await client.ExpectAsync("underlying_update", e => e.Data.GetProperty("product").GetString() == "BANKNIFTY");
    }

    private static string Price(int n) => $$"""{"product":"NIFTY","price":{{n}}.50,"timestamp":"2026-11-24T09:15:{{n:00}}"}""";

    private static string Chain(string expiry, int n) =>
        $$"""{"product":"NIFTY","expiry":"{{expiry}}","spot_price":{{n}},"pcr_oi":1.0,"max_pain_strike":100,"timestamp":"2026-11-24T09:15:0{{n}}","calls":[],"puts":[]}""";
}

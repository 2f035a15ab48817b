using System.Text.Json.Nodes;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Authentication;

/// <summary>What a token decides while its client is connected, how it is renewed, and what becomes of one that ends.</summary>
public sealed class TokenLifeSpecs(TokenNode shared) : LiveTokenSpec(shared)
{
    [Fact]
    public async Task A_token_decides_the_rooms_and_a_smaller_renewal_ends_the_others()
    {
        await using var client = await PlainAsync(Token(rooms: """["product:*","chain:NIFTY"]"""));
        Assert.Contains("\"rooms\":[]", await client.ExpectTextAsync("\"connected\""));
        foreach (var (type, symbol) in new[] { ("product", "NIFTY"), ("product", "SENSEX"), ("chain", "NIFTY"), ("chain", "SENSEX") })
            await client.SendAsync($$$"""{"event":"subscribe","data":{"type":"{{{type}}}","symbol":"{{{symbol}}}"},"id":"{{{type}}}:{{{symbol}}}"}""");
        Assert.Contains("\"status\":\"ok\"", await client.ExpectTextAsync("""{"event":"ack","id":"chain:NIFTY"""));
        Assert.Contains("\"code\":\"unauthorized\"", await client.ExpectTextAsync("""{"event":"ack","id":"chain:SENSEX"""));

        await client.SendAsync(Authenticate(Token(rooms: """["product:NIFTY"]""")));
        await client.ExpectTextAsync("Unsubscribed from chain:NIFTY");
        await client.ExpectTextAsync("Unsubscribed from product:SENSEX");
        await PublishAsync("SENSEX", 1);
        await PublishAsync("NIFTY", 2);
        await client.ExpectTextAsync("\"product\":\"NIFTY\",\"price\":2");
        Assert.DoesNotContain(client.Received, text => text.Contains("\"product\":\"SENSEX\",\"price\":1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_renewal_in_the_middle_of_the_stream_loses_no_update()
    {
        await using var client = await PlainAsync(Token(seconds: 30));
        await client.SendAsync("""{"event":"subscribe","data":{"type":"product","symbol":"RENEWED"},"id":1}""");
        await client.ExpectTextAsync("\"ack\"");
        for (var price = 1; price <= 100; price++)
        {
            // Both at once, and the next one not before this one has come: none may be superseded.
            var renewal = price % 5 == 0 ? client.SendAsync(Authenticate(Token(seconds: 100 + price))) : Task.CompletedTask;
            await PublishAsync("RENEWED", price);
            await renewal;
            await client.ExpectTextAsync($"\"product\":\"RENEWED\",\"price\":{price},");
        }

        await Eventually.True(() => client.Received.Count(text => EventOf(text) == "authenticated") == 21, "every renewal is answered");
        var prices = client.Received.Where(text => EventOf(text) == "underlying_update" && text.Contains("RENEWED", StringComparison.Ordinal))
            .Select(text => JsonNode.Parse(text)!["data"]!["price"]!.GetValue<int>()).ToList();
        Assert.Equal(Enumerable.Range(1, 100), prices);
    }

    [Fact]
    public async Task A_token_that_ends_is_announced_and_then_ends_the_connection()
    {
        // Its end is announced half-way: what is left has to do for a renewal on a busy machine.
        var token = Token(seconds: 12);
        var before = await MetricAsync("deltastream_closes_total", "reason=\"token_expired\"");
        await using var plain = await PlainAsync(token);
        await using var socket = await TestClient.OpenAsync(Node, TestClient.SocketIo);
        await socket.SendAsync($$"""40{"token":"{{token}}"}""");
        await using var renewed = await PlainAsync(token);
        await renewed.ExpectTextAsync("token_expiring");
        await renewed.SendAsync(Authenticate(Token()));

        Assert.InRange(JsonNode.Parse(await plain.ExpectTextAsync("token_expiring"))!["data"]!["expires_in"]!.GetValue<double>(), 0, 12);
        Assert.Equal((4401, 4401), (await plain.EndAsync(), await socket.EndAsync()));
        foreach (var client in new[] { plain, socket })
        {
            Assert.Contains(client.Received, text => text.Contains("token_expiring", StringComparison.Ordinal));
            Assert.Contains("\"code\":\"token_expired\"", client.Received[^1]);
        }

        Assert.False(renewed.IsClosed);
        await Eventually.True(async () => await MetricAsync("deltastream_closes_total", "reason=\"token_expired\"") == before + 2, "both are counted");
    }
}

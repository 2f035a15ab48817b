using System.Net;
using System.Text.Json.Nodes;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Authentication;

/// <summary>Whom a live node that wants tokens lets see what, and how much its clients may say.</summary>
public sealed class LiveLimitSpecs(TokenNode shared) : LiveTokenSpec(shared)
{
    [Fact]
    public async Task Metrics_are_for_operators_and_health_for_everybody()
    {
        var before = await MetricAsync("deltastream_refused_tokens_total", "reason=\"malformed\"");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/metrics", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/metrics", "garbage"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("/metrics", Token()));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("/metrics", Token(claims => claims["role"] = "trader")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync($"/metrics?access_token={Token(claims => claims["role"] = "operator")}", null));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/metrics", Token(claims => claims["role"] = "operator")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/metrics", Token(claims => claims["role"] = new JsonArray("trader", "operator"))));
        foreach (var path in new[] { "/", "/health", "/health/live", "/health/ready" }) Assert.Equal(HttpStatusCode.OK, await StatusAsync(path, null));
        Assert.Equal(before + 1, await MetricAsync("deltastream_refused_tokens_total", "reason=\"malformed\""));
    }

    [Fact]
    public async Task A_flood_is_refused_without_harm_to_other_clients()
    {
        await using var other = await PlainAsync(Token());
        await using var flooder = await PlainAsync(Token());
        for (var i = 0; i < 400; i++) await flooder.SendAsync("""{"event":"get_products"}""");
        await flooder.ExpectTextAsync("\"code\":\"rate_limited\"");
        await PublishAsync("FLOOD", 7);
        await other.ExpectTextAsync("\"product\":\"FLOOD\",\"price\":7,");
        await flooder.ExpectTextAsync("\"product\":\"FLOOD\",\"price\":7,");
        await Eventually.True(() => flooder.Received.Count(text => EventOf(text) is "products" or "error") == 400, "each is answered");
        Assert.False(flooder.IsClosed);
    }

    [Fact]
    public async Task A_client_that_sends_too_much_at_once_gets_an_error_and_is_closed()
    {
        var large = new string('x', 70_000);
        await using var plain = await PlainAsync(Token());
        await plain.SendAsync(large);
        await using var socket = await TestClient.OpenAsync(Node, TestClient.SocketIo);
        await socket.SendAsync($$"""40{"token":"{{Token()}}"}""");
        await socket.ExpectTextAsync("\"connected\"");
        await socket.SendAsync($"42[\"subscribe\",\"{large}\"]");
        foreach (var client in new[] { plain, socket })
        {
            Assert.Equal(1009, await client.EndAsync());
            Assert.Contains("\"code\":\"message_too_large\"", client.Received[^1]);
        }
    }

    private async Task<HttpStatusCode> StatusAsync(string path, string? token)
    {
        using var response = await AskAsync(path, token);
        if (response.StatusCode == HttpStatusCode.Unauthorized) Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        return response.StatusCode;
    }
}

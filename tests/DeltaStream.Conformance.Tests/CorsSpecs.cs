namespace DeltaStream.Conformance.Tests;

public sealed class CorsSpecs(CalmHost host, StrictHost strict) : ConformanceSpecs(host)
{
    private const string Origin = "https://page.example";

    [Theory]
    [InlineData("?EIO=4&transport=polling", 200)]
    [InlineData("?EIO=3&transport=polling", 400)]
    [InlineData("?EIO=4&transport=abc", 400)]
    [InlineData("?EIO=4&transport=polling&sid=unknown", 400)]
    public async Task Every_response_lets_the_origin_read_it(string query, int status)
    {
        var response = await Send(HttpMethod.Get, Paths.Engine + query, ("Origin", Origin));
        Assert.Equal(status, response.Status);
        LetsIn(response);
    }

    [Fact]
    public async Task Every_response_of_a_session_lets_the_origin_read_it()
    {
        var session = await PollingSession.Open(Host);
        var post = new HttpRequestMessage(HttpMethod.Post, Host.Url(session.Query)) { Content = new StringContent("4x") };
        post.Headers.Add("Origin", Origin);
        LetsIn(await Response.Read(Host.Http.SendAsync(post)));
        LetsIn(await Send(HttpMethod.Get, session.Query, ("Origin", Origin)));
    }

    [Theory]
    [InlineData(Paths.Engine)]
    [InlineData(Paths.Sockets)]
    public async Task A_preflight_is_answered_with_204(string path)
    {
        var response = await Send(
            HttpMethod.Options,
            path + Paths.PollingQuery,
            ("Origin", Origin),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "content-type"));
        response.Is(204, "");
        LetsIn(response);
        Assert.Contains("POST", response.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("content-type", response.Header("Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("https://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData(StrictHost.AllowedOrigin, 200)]
    public async Task An_origin_that_is_not_allowed_is_forbidden(string origin, int status)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, strict.Url(Paths.Engine + Paths.PollingQuery));
        request.Headers.Add("Origin", origin);
        var response = await Response.Read(Host.Http.SendAsync(request));
        Assert.Equal(status, response.Status);
        Assert.Equal(status == 200, response.Header("Access-Control-Allow-Origin") is not null);
        if (status == 403) response.IsRefusal(403, 4, "Forbidden");
    }

    [Theory]
    [InlineData("https://evil.example", "403")]
    [InlineData(StrictHost.AllowedOrigin, "101")]
    public async Task A_websocket_of_an_origin_that_is_not_allowed_is_forbidden(string origin, string status)
    {
        using var connection = await RawConnection.OpenAsync(strict.Port);
        await connection.SendAsync(
            $"GET {Paths.Engine}{Paths.WebSocketQuery} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: {origin}\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", await connection.ReadHeadAsync());
    }

    // With credentials the exact origin, never a star, and caches told that it differs by origin.
    private static void LetsIn(Response response)
    {
        Assert.Equal(Origin, response.Header("Access-Control-Allow-Origin"));
        Assert.Equal("true", response.Header("Access-Control-Allow-Credentials"));
        Assert.Contains("Origin", response.Header("Vary"), StringComparison.Ordinal);
    }
}

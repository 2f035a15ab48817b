using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Authentication;

/// <summary>A live node that wants tokens: who gets in by which way, and what becomes of a token that ends.</summary>
public sealed class LiveTokenSpecs : IAsyncLifetime, IDisposable
{
    private const string SocketIo = "/socket.io/?EIO=4&transport=websocket";

    private readonly HttpClient _http = new();
    private readonly TokenIssuer _stranger = new();
    private RedisServer _redis = null!;
    private NodeProcess _node = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _node = await NodeProcess.Start(
            ("REDIS_URL", _redis.Url), ("AUTH_MODE", "jwt"), ("AUTH_ALLOW_ANONYMOUS", null), ("AUTH_JWT_SECRET", TokenIssuer.Secret),
            ("AUTH_JWT_ISSUER", "platform"), ("AUTH_JWT_AUDIENCE", "market"), ("BRIDGE_MAX_RATE", "0"), ("LIMIT_HANDSHAKE_SECONDS", "2"), ("LOG_LEVEL", "debug")).ReadyAsync();
        await Eventually.True(async () => await _node.HealthAsync("feed") == "live", "the feed is live");
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _redis.DisposeAsync();
    }

    public void Dispose()
    {
        _http.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Whoever_brings_no_good_token_is_refused_on_every_way()
    {
        (string Case, string? Token, string Message)[] cases =
        [
            ("missing", null, "A token is needed"),
            ("garbage", "garbage", "The token is not valid"),
            ("expired", Token(claims => claims["exp"] = Now.AddSeconds(-1).ToUnixTimeSeconds()), "The token has expired"),
            ("not yet valid", Token(claims => claims["nbf"] = Now.AddMinutes(5).ToUnixTimeSeconds()), "The token is not valid yet"),
            ("wrong secret", TokenIssuer.Hs256(Claims(), "another secret of thirty-two bytes"), "The token is not valid"),
            ("alg none", TokenIssuer.Unsigned(Claims(), "none"), "The token is not valid"),
            ("RS256", _stranger.Rs256(Claims()), "The token is not valid"),
            ("wrong issuer", Token(claims => claims["iss"] = "other"), "The token is not valid"),
            ("wrong audience", Token(claims => claims["aud"] = "other"), "The token is not valid"),
            ("nobody", Token(claims => claims.Remove("sub")), "The token lacks what is needed of it"),
        ];
        foreach (var (name, token, message) in cases)
        {
            var refused = $$$"""44{"message":"{{{message}}}","data":{"code":"unauthorized"}}""";
            var payload = token is null ? "40" : $$"""40{"token":"{{token}}"}""";
            await using var inPayload = await TextWebSocket.OpenAsync(_node, SocketIo);
            await inPayload.SendAsync(payload);
            Assert.Equal(refused, await inPayload.ExpectAsync(text => text.StartsWith("44", StringComparison.Ordinal), $"{name}: a refusal"));
            Assert.Equal(refused, await ConnectByPollingAsync(payload));

            var error = $$$"""{"event":"error","data":{"message":"{{{message}}}","code":"unauthorized"}}""";
            await using var first = await TextWebSocket.OpenAsync(_node, "/ws");
            await first.SendAsync(token is null ? """{"event":"authenticate"}""" : Authenticate(token));
            Assert.Equal((4401, error), (await first.EndAsync(), first.Received.Single()));
            if (token is null) continue;

            await using var inHeader = await TextWebSocket.OpenAsync(_node, SocketIo, ("Authorization", $"Bearer {token}"));
            await inHeader.SendAsync("40");
            Assert.Equal(refused, await inHeader.ExpectAsync(text => text.StartsWith("44", StringComparison.Ordinal), $"{name}: a refusal"));
            await using var plainHeader = await TextWebSocket.OpenAsync(_node, "/ws", ("Authorization", $"Bearer {token}"));
            Assert.Equal((4401, error), (await plainHeader.EndAsync(), plainHeader.Received.Single()));
        }

        await ShowsNoTokenAsync();
    }

    [Fact]
    public async Task A_good_token_lets_in_on_every_way_and_in_the_address_it_counts_for_nothing()
    {
        var token = Token();
        await using var inPayload = await TextWebSocket.OpenAsync(_node, SocketIo);
        await inPayload.SendAsync($$"""40{"token":"{{token}}"}""");
        await inPayload.ExpectAsync("\"connected\"");
        await using var inHeader = await TextWebSocket.OpenAsync(_node, SocketIo, ("Authorization", $"Bearer {token}"));
        await inHeader.SendAsync("40");
        await inHeader.ExpectAsync("\"connected\"");
        Assert.StartsWith("40{\"sid\"", await ConnectByPollingAsync($$"""40{"token":"{{token}}"}"""));

        await using var first = await TextWebSocket.OpenAsync(_node, "/ws");
        await first.SendAsync($$$"""{"event":"authenticate","data":{"token":"{{{token}}}"},"id":7}""");
        await first.ExpectAsync("\"connected\"");
        Assert.Equal(["authenticated", "ack", "connected"], first.Received.Select(EventOf));
        await using var plainHeader = await TextWebSocket.OpenAsync(_node, "/ws", ("Authorization", $"bearer {token}"));
        await plainHeader.ExpectAsync("\"connected\"");

        await using var inQuery = await TextWebSocket.OpenAsync(_node, $"{SocketIo}&token={token}&access_token={token}");
        await inQuery.SendAsync("40");
        Assert.StartsWith("44", await inQuery.ExpectAsync(text => text.StartsWith("44", StringComparison.Ordinal), "a refusal"));
    }

    [Fact]
    public async Task Who_says_something_else_first_or_nothing_at_all_is_closed()
    {
        await using var eager = await TextWebSocket.OpenAsync(_node, "/ws");
        await eager.SendAsync("""{"event":"subscribe","data":{"type":"general"}}""");
        await using var odd = await TextWebSocket.OpenAsync(_node, "/ws");
        await odd.SendAsync("no JSON");
        await using var silent = await TextWebSocket.OpenAsync(_node, "/ws");
        foreach (var client in new[] { eager, odd, silent })
        {
            Assert.Equal(4401, await client.EndAsync());
            Assert.Contains("A token is needed", client.Received.Single());
        }
    }

    [Fact]
    public async Task A_client_that_is_refused_may_try_again_on_its_connection_but_not_without_end()
    {
        await using var client = await TextWebSocket.OpenAsync(_node, SocketIo);
        await client.SendAsync("""40{"token":"old"}""");
        await client.ExpectAsync("unauthorized");
        await client.SendAsync($$"""40{"token":"{{Token()}}"}""");
        await client.ExpectAsync("\"connected\"");

        await using var guesser = await TextWebSocket.OpenAsync(_node, SocketIo);
        for (var i = 0; i < 20; i++) await guesser.SendAsync($$"""40{"token":"guess-{{i}}"}""");
        Assert.Equal(4401, await guesser.EndAsync());
        Assert.InRange(guesser.Received.Count(text => text.StartsWith("44", StringComparison.Ordinal)), 8, 9);
    }

    [Fact]
    public async Task A_token_decides_which_rooms_there_are_and_a_renewal_that_shrinks_them_ends_the_others()
    {
        await using var client = await PlainAsync(Token(rooms: """["product:*","chain:NIFTY"]"""));
        Assert.Contains("\"rooms\":[]", client.Received[^1]);
        foreach (var (type, symbol) in new[] { ("product", "NIFTY"), ("product", "SENSEX"), ("chain", "NIFTY"), ("chain", "SENSEX") })
            await client.SendAsync($$$"""{"event":"subscribe","data":{"type":"{{{type}}}","symbol":"{{{symbol}}}"},"id":"{{{type}}}:{{{symbol}}}"}""");
        Assert.Contains("\"status\":\"ok\"", await client.ExpectAsync("""{"event":"ack","id":"chain:NIFTY"""));
        Assert.Contains("\"code\":\"unauthorized\"", await client.ExpectAsync("""{"event":"ack","id":"chain:SENSEX"""));

        await client.SendAsync(Authenticate(Token(rooms: """["product:NIFTY"]""")));
        await client.ExpectAsync("Unsubscribed from chain:NIFTY");
        await client.ExpectAsync("Unsubscribed from product:SENSEX");
        await PublishAsync("SENSEX", 1);
        await PublishAsync("NIFTY", 2);
        await client.ExpectAsync("\"price\":2");
        Assert.DoesNotContain(client.Received, text => text.Contains("\"price\":1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_renewal_in_the_middle_of_the_stream_loses_no_update()
    {
        await using var client = await PlainAsync(Token(seconds: 30));
        await client.SendAsync("""{"event":"subscribe","data":{"type":"product","symbol":"NIFTY"},"id":1}""");
        await client.ExpectAsync("\"ack\"");
        for (var price = 1; price <= 100; price++)
        {
            // Both at once, and the next one not before this one has come: none may be superseded.
            var renewal = price % 5 == 0 ? client.SendAsync(Authenticate(Token(seconds: 100 + price))) : Task.CompletedTask;
            await PublishAsync("NIFTY", price);
            await renewal;
            await client.ExpectAsync($"\"price\":{price},");
        }

        await Eventually.True(() => client.Received.Count(text => EventOf(text) == "authenticated") == 21, "every renewal is answered");
        var prices = client.Received.Where(text => EventOf(text) == "underlying_update")
            .Select(text => JsonNode.Parse(text)!["data"]!["price"]!.GetValue<int>()).ToList();
        Assert.Equal(Enumerable.Range(1, 100), prices);
    }

    [Fact]
    public async Task A_token_that_ends_is_announced_and_then_ends_the_connection()
    {
        var token = Token(seconds: 4);
        await using var plain = await PlainAsync(token);
        await using var socket = await TextWebSocket.OpenAsync(_node, SocketIo);
        await socket.SendAsync($$"""40{"token":"{{token}}"}""");
        await using var renewed = await PlainAsync(token);
        await renewed.ExpectAsync("token_expiring");
        await renewed.SendAsync(Authenticate(Token()));

        Assert.InRange(JsonNode.Parse(await plain.ExpectAsync("token_expiring"))!["data"]!["expires_in"]!.GetValue<double>(), 0, 4);
        Assert.Equal((4401, 4401), (await plain.EndAsync(), await socket.EndAsync()));
        foreach (var client in new[] { plain, socket })
        {
            Assert.Contains(client.Received, text => text.Contains("token_expiring", StringComparison.Ordinal));
            Assert.Contains("\"code\":\"token_expired\"", client.Received[^1]);
        }

        Assert.False(renewed.IsClosed);
        await Eventually.Pass(async () => Assert.Contains("deltastream_closes_total{reason=\"token_expired\"} 2", await MetricsAsync(Token(claims => claims["role"] = "operator"))));
    }

    [Fact]
    public async Task Metrics_are_for_operators_and_health_for_everybody()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/metrics", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/metrics", "garbage"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("/metrics", Token()));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("/metrics", Token(claims => claims["role"] = "trader")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync($"/metrics?access_token={Token(claims => claims["role"] = "operator")}", null));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/metrics", Token(claims => claims["role"] = "operator")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/metrics", Token(claims => claims["role"] = new JsonArray("trader", "operator"))));
        foreach (var path in new[] { "/", "/health", "/health/live", "/health/ready" }) Assert.Equal(HttpStatusCode.OK, await StatusAsync(path, null));
        var metrics = await MetricsAsync(Token(claims => claims["role"] = "operator"));
        Assert.Contains("deltastream_refused_tokens_total{reason=\"malformed\"} 1", metrics);
    }

    [Fact]
    public async Task A_flood_is_refused_and_harms_nobody_else()
    {
        await using var other = await PlainAsync(Token());
        await using var flooder = await PlainAsync(Token());
        for (var i = 0; i < 400; i++) await flooder.SendAsync("""{"event":"get_products"}""");
        await flooder.ExpectAsync("\"code\":\"rate_limited\"");
        await PublishAsync("NIFTY", 7);
        await other.ExpectAsync("\"price\":7,");
        await flooder.ExpectAsync("\"price\":7,");
        await Eventually.True(() => flooder.Received.Count(text => EventOf(text) is "products" or "error") == 400, "each is answered");
        Assert.False(flooder.IsClosed);
    }

    [Fact]
    public async Task Who_says_too_much_at_once_is_told_so_and_closed()
    {
        var large = new string('x', 70_000);
        await using var plain = await PlainAsync(Token());
        await plain.SendAsync(large);
        await using var socket = await TextWebSocket.OpenAsync(_node, SocketIo);
        await socket.SendAsync($$"""40{"token":"{{Token()}}"}""");
        await socket.ExpectAsync("\"connected\"");
        await socket.SendAsync($"42[\"subscribe\",\"{large}\"]");
        foreach (var client in new[] { plain, socket })
        {
            Assert.Equal(1009, await client.EndAsync());
            Assert.Contains("\"code\":\"message_too_large\"", client.Received[^1]);
        }
    }

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    private static JsonObject Claims(double seconds = 600, string? rooms = null)
    {
        var claims = TokenIssuer.Claims(Now, seconds, rooms);
        (claims["iss"], claims["aud"]) = ("platform", "market");
        return claims;
    }

    private static string Token(Action<JsonObject> change)
    {
        var claims = Claims();
        change(claims);
        return TokenIssuer.Hs256(claims);
    }

    private static string Token(double seconds = 600, string? rooms = null) => TokenIssuer.Hs256(Claims(seconds, rooms));

    private static string Authenticate(string token) => $$$"""{"event":"authenticate","data":{"token":"{{{token}}}"}}""";

    private static string EventOf(string text) => JsonDocument.Parse(text).RootElement.GetProperty("event").GetString()!;

    private async Task<TextWebSocket> PlainAsync(string token)
    {
        var client = await TextWebSocket.OpenAsync(_node, "/ws");
        await client.SendAsync(Authenticate(token));
        await client.ExpectAsync("\"connected\"");
        return client;
    }

    private Task PublishAsync(string product, int price) => _redis.ExecuteAsync(
        "PUBLISH", "enriched:underlying", $$"""{"product":"{{product}}","price":{{price}},"timestamp":"{{Now:O}}"}""");

    /// <summary>Connects by long-polling; gives the answer to the CONNECT.</summary>
    private async Task<string> ConnectByPollingAsync(string connect)
    {
        var url = new Uri(_node.Url, "/socket.io/?EIO=4&transport=polling");
        using var open = JsonDocument.Parse((await _http.GetStringAsync(url))[1..]);
        url = new Uri($"{url}&sid={open.RootElement.GetProperty("sid").GetString()}");
        using var posted = await _http.PostAsync(url, new StringContent(connect));
        Assert.Equal(HttpStatusCode.OK, posted.StatusCode);
        return (await _http.GetStringAsync(url)).Split('\u001e')[0];
    }

    private async Task<HttpStatusCode> StatusAsync(string path, string? token)
    {
        using var response = await AskAsync(path, token);
        if (response.StatusCode == HttpStatusCode.Unauthorized) Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        return response.StatusCode;
    }

    private async Task<string> MetricsAsync(string token)
    {
        using var response = await AskAsync("/metrics", token);
        return await response.Content.ReadAsStringAsync();
    }

    private async Task<HttpResponseMessage> AskAsync(string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_node.Url, path));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await _http.SendAsync(request);
    }

    private async Task ShowsNoTokenAsync()
    {
        await Eventually.True(() => _node.Log.Contains("token_refused", StringComparison.Ordinal), "refusals are logged");
        Assert.DoesNotContain("eyJ", _node.Log);
        Assert.DoesNotContain(TokenIssuer.Secret, _node.Log);
        Assert.DoesNotContain("   at ", _node.Log);
    }
}

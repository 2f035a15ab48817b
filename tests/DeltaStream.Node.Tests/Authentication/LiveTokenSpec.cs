using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Authentication;

/// <summary>A live node that wants tokens, and whoever brings one.</summary>
public abstract class LiveTokenSpec : IAsyncLifetime, IDisposable
{
    private RedisServer _redis = null!;

    private protected HttpClient Http { get; } = new();

    private protected NodeProcess Node { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        Node = await NodeProcess.Start(
            ("REDIS_URL", _redis.Url), ("AUTH_MODE", "jwt"), ("AUTH_ALLOW_ANONYMOUS", null), ("AUTH_JWT_SECRET", TokenIssuer.Secret),
            ("AUTH_JWT_ISSUER", "platform"), ("AUTH_JWT_AUDIENCE", "market"), ("BRIDGE_MAX_RATE", "0"), ("LIMIT_HANDSHAKE_SECONDS", "2"), ("LOG_LEVEL", "debug")).ReadyAsync();
        await Eventually.True(async () => await Node.HealthAsync("feed") == "live", "the feed is live");
    }

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        await _redis.DisposeAsync();
    }

    public virtual void Dispose()
    {
        GC.SuppressFinalize(this);
        Http.Dispose();
    }

    private protected static DateTimeOffset Now => DateTimeOffset.UtcNow;

    private protected static JsonObject Claims(double seconds = 600, string? rooms = null)
    {
        var claims = TokenIssuer.Claims(Now, seconds, rooms);
        (claims["iss"], claims["aud"]) = ("platform", "market");
        return claims;
    }

    private protected static string Token(Action<JsonObject> change)
    {
        var claims = Claims();
        change(claims);
        return TokenIssuer.Hs256(claims);
    }

    private protected static string Token(double seconds = 600, string? rooms = null) => TokenIssuer.Hs256(Claims(seconds, rooms));

    private protected static string Authenticate(string token) => $$$"""{"event":"authenticate","data":{"token":"{{{token}}}"}}""";

    private protected static string EventOf(string text) => JsonDocument.Parse(text).RootElement.GetProperty("event").GetString()!;

    private protected async Task<TestClient> PlainAsync(string token)
    {
        var client = await TestClient.OpenAsync(Node, "/ws");
        await client.SendAsync(Authenticate(token));
        await client.ExpectTextAsync("\"connected\"");
        return client;
    }

    private protected Task PublishAsync(string product, int price) => _redis.ExecuteAsync(
        "PUBLISH", "enriched:underlying", $$"""{"product":"{{product}}","price":{{price}},"timestamp":"{{Now:O}}"}""");

    private protected async Task<string> MetricsAsync(string token)
    {
        using var response = await AskAsync("/metrics", token);
        return await response.Content.ReadAsStringAsync();
    }

    private protected async Task<HttpResponseMessage> AskAsync(string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Node.Url, path));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await Http.SendAsync(request);
    }
}

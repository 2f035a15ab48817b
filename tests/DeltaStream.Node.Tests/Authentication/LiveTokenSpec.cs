using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Authentication;

/// <summary>A live node that wants tokens, for all specs of them: each publishes about products of its own.</summary>
public sealed class TokenNode : IAsyncLifetime
{
    public RedisServer Redis { get; private set; } = null!;

    public NodeProcess Node { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Redis = await RedisServer.StartAsync();
        Node = await NodeProcess.Start(
            ("REDIS_URL", Redis.Url), ("AUTH_MODE", "jwt"), ("AUTH_ALLOW_ANONYMOUS", null), ("AUTH_JWT_SECRET", TokenIssuer.Secret),
            ("AUTH_JWT_ISSUER", "platform"), ("AUTH_JWT_AUDIENCE", "market"), ("BRIDGE_MAX_RATE", "0"), ("LIMIT_HANDSHAKE_SECONDS", "2"), ("LOG_LEVEL", "debug")).ReadyAsync();
        await Eventually.True(async () => await Node.HealthAsync("feed") == "live", "the feed is live");
    }

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        await Redis.DisposeAsync();
    }
}

/// <summary>The specs of that node.</summary>
[CollectionDefinition(Name)]
public sealed class TokenCollection : ICollectionFixture<TokenNode>
{
    public const string Name = "tokens";
}

/// <summary>Clients of that node, and the tokens that they bring.</summary>
[Collection(TokenCollection.Name)]
public abstract class LiveTokenSpec(TokenNode shared) : IDisposable
{
    private protected HttpClient Http { get; } = new();

    private protected NodeProcess Node => shared.Node;

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

    private protected Task PublishAsync(string product, int price) => shared.Redis.ExecuteAsync(
        "PUBLISH", "enriched:underlying", $$"""{"product":"{{product}}","price":{{price}},"timestamp":"{{Now:O}}"}""");

    /// <summary>The sum of a metric's samples with a label, as an operator sees it.</summary>
    private protected async Task<double> MetricAsync(string name, string label)
    {
        using var response = await AskAsync("/metrics", Token(claims => claims["role"] = "operator"));
        return Metrics.Sum(await response.Content.ReadAsStringAsync(), name, label);
    }

    private protected async Task<HttpResponseMessage> AskAsync(string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Node.Url, path));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await Http.SendAsync(request);
    }
}

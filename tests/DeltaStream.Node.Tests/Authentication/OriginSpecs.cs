using System.Net;
using System.Net.WebSockets;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Authentication;

/// <summary>From which origins a live node in production lets browsers in, for requests and WebSocket handshakes alike.</summary>
public sealed class OriginSpecs : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private RedisServer _redis = null!;

    public async Task InitializeAsync() => _redis = await RedisServer.StartAsync();

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task By_default_only_the_own_origin_is_allowed() => await HoldsAsync(
        null,
        ("http://127.0.0.1:{0}", true),
        ("https://desk.example", false),
        ("http://127.0.0.1:1", false),
        ("http://127.0.0.1:{0}.evil.example", false),
        ("null", false));

    [Fact]
    public async Task Listed_origins_are_allowed_and_so_is_the_own_origin() => await HoldsAsync(
        "https://desk.example, https://other.example:8443",
        ("http://127.0.0.1:{0}", true),
        ("https://desk.example", true),
        ("https://other.example:8443", true),
        ("https://other.example", false),
        ("http://desk.example", false),
        ("https://desk.example.evil.example", false),
        ("https://evil.example/https://desk.example", false),
        ("null", false));

    [Fact]
    public async Task A_star_allows_every_origin() => await HoldsAsync(
        "*",
        ("https://desk.example", true),
        ("null", true));

    private async Task HoldsAsync(string? setting, params (string Origin, bool IsLetIn)[] cases)
    {
        await using var node = await NodeProcess.Start(("REDIS_URL", _redis.Url), ("CLUSTER_ROLES", "gateway"), ("CORS_ORIGINS", setting)).ReadyAsync();
        foreach (var (template, isLetIn) in cases)
        {
            var origin = string.Format(System.Globalization.CultureInfo.InvariantCulture, template, node.Port);
            using var polling = await AskAsync(node, HttpMethod.Get, origin);
            Assert.Equal((origin, isLetIn ? HttpStatusCode.OK : HttpStatusCode.Forbidden), (origin, polling.StatusCode));
            Assert.Equal(isLetIn ? origin : null, AllowedOriginOf(polling));
            using var preflight = await AskAsync(node, HttpMethod.Options, origin);
            Assert.Equal((origin, isLetIn ? origin : null), (origin, AllowedOriginOf(preflight)));
            foreach (var path in new[] { "/ws", "/socket.io/?EIO=4&transport=websocket" })
                Assert.Equal((path, origin, isLetIn), (path, origin, await OpensAsync(node, path, origin)));
        }

        // Who is no browser says no origin.
        Assert.True(await OpensAsync(node, "/ws", null));
        // A request and two handshakes each; a preflight only asks.
        var refused = 3 * cases.Count(it => !it.IsLetIn);
        Assert.Contains($"deltastream_refused_connections_total{{reason=\"origin\"}} {refused}", await node.GetAsync("/metrics"));
    }

    private async Task<HttpResponseMessage> AskAsync(NodeProcess node, HttpMethod method, string origin)
    {
        using var request = new HttpRequestMessage(method, new Uri(node.Url, "/socket.io/?EIO=4&transport=polling"));
        request.Headers.TryAddWithoutValidation("Origin", origin);
        if (method == HttpMethod.Options) request.Headers.Add("Access-Control-Request-Method", "POST");
        return await _http.SendAsync(request);
    }

    private static string? AllowedOriginOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null;

    private static async Task<bool> OpensAsync(NodeProcess node, string path, string? origin)
    {
        try
        {
            await using var socket = await TestClient.OpenAsync(node, path, origin is null ? [] : [("Origin", origin)]);
            return true;
        }
        catch (WebSocketException)
        {
            return false;
        }
    }
}

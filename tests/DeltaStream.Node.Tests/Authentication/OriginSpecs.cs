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
    public async Task An_asterisk_allows_every_origin() => await HoldsAsync(
        "*",
        ("https://desk.example", true),
        ("null", true));

    [Fact]
    public async Task Apps_files_and_subdomains_are_listed_like_any_other() => await HoldsAsync(
        "capacitor://localhost, null, https://*.desk.example",
        ("capacitor://localhost", true),
        ("null", true),
        ("https://a.b.desk.example", true),
        ("https://desk.example", false),
        ("ionic://localhost", false));

    [Fact]
    public async Task Behind_a_proxy_that_rewrites_the_host_the_own_origin_is_the_host_that_the_client_requested()
    {
        (string, string)[] forwarded = [("X-Forwarded-For", "203.0.113.7:51234"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "desk.example")];
        await HoldsAsync(null, forwarded, "127.0.0.1",
            ("https://desk.example", true),
            ("http://desk.example", false),
            ("https://desk.example:8443", false),
            ("http://127.0.0.1:{0}", false));
        // The headers of a proxy that is not trusted do not count.
        await HoldsAsync(null, forwarded, "192.0.2.1", ("https://desk.example", false), ("http://127.0.0.1:{0}", true));
    }

    private Task HoldsAsync(string? setting, params (string Origin, bool IsLetIn)[] cases) => HoldsAsync(setting, [], null, cases);

    private async Task HoldsAsync(string? setting, (string Name, string Value)[] headers, string? proxies, params (string Origin, bool IsLetIn)[] cases)
    {
        await using var node = await NodeProcess.Start(
            ("REDIS_URL", _redis.Url), ("CLUSTER_ROLES", "gateway"), ("CORS_ORIGINS", setting), ("TRUSTED_PROXIES", proxies)).ReadyAsync();
        foreach (var (template, isLetIn) in cases)
        {
            var origin = string.Format(System.Globalization.CultureInfo.InvariantCulture, template, node.Port);
            using var polling = await AskAsync(node, HttpMethod.Get, origin, headers);
            Assert.Equal((origin, isLetIn ? HttpStatusCode.OK : HttpStatusCode.Forbidden), (origin, polling.StatusCode));
            Assert.Equal(isLetIn ? origin : null, AllowedOriginOf(polling));
            using var preflight = await AskAsync(node, HttpMethod.Options, origin, headers);
            Assert.Equal((origin, isLetIn ? origin : null), (origin, AllowedOriginOf(preflight)));
            foreach (var path in new[] { "/ws", "/socket.io/?EIO=4&transport=websocket" })
                Assert.Equal((path, origin, isLetIn), (path, origin, await OpensAsync(node, path, [("Origin", origin), .. headers])));
        }

        // Who is no browser says no origin.
        Assert.True(await OpensAsync(node, "/ws", headers));
        // A request and two handshakes each; a preflight only asks.
        var refused = 3 * cases.Count(it => !it.IsLetIn);
        Assert.Contains($"deltastream_refused_connections_total{{reason=\"origin\"}} {refused}", await node.GetAsync("/metrics"));
    }

    private async Task<HttpResponseMessage> AskAsync(NodeProcess node, HttpMethod method, string origin, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(node.Url, "/socket.io/?EIO=4&transport=polling"));
        request.Headers.TryAddWithoutValidation("Origin", origin);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        if (method == HttpMethod.Options) request.Headers.Add("Access-Control-Request-Method", "POST");
        return await _http.SendAsync(request);
    }

    private static string? AllowedOriginOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null;

    private static async Task<bool> OpensAsync(NodeProcess node, string path, (string, string)[] headers)
    {
        try
        {
            await using var socket = await TestClient.OpenAsync(node, path, headers);
            return true;
        }
        catch (WebSocketException)
        {
            return false;
        }
    }
}

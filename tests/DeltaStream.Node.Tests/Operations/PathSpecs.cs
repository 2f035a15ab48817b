using System.Net;
using System.Net.WebSockets;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Operations;

/// <summary>A live node behind a proxy that does not strip its path prefix: every path answers with it and without it.</summary>
public sealed class PathSpecs : IAsyncLifetime
{
    private static readonly string[] Prefixes = ["", "/gateway"];

    private readonly HttpClient _http = new(new HttpClientHandler { AllowAutoRedirect = false });
    private RedisServer _redis = null!;
    private NodeProcess _node = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _node = await NodeProcess.Start(("REDIS_URL", _redis.Url), ("PATH_BASE", "/gateway")).ReadyAsync();
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _node.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Every_path_lies_under_the_prefix_too_and_answers_HEAD()
    {
        foreach (var prefix in Prefixes)
        {
            foreach (var path in new[] { "/", "/index.html", "/js/main.js", "/health", "/health/live", "/health/ready", "/metrics" })
            {
                Assert.Equal((prefix + path, HttpStatusCode.OK), (prefix + path, await AskAsync(HttpMethod.Get, prefix + path)));
                Assert.Equal((prefix + path, HttpStatusCode.OK), (prefix + path, await AskAsync(HttpMethod.Head, prefix + path)));
            }
            Assert.Equal(HttpStatusCode.MethodNotAllowed, await AskAsync(HttpMethod.Post, prefix + "/health"));
            Assert.Equal(HttpStatusCode.MethodNotAllowed, await AskAsync(HttpMethod.Post, prefix + "/metrics"));
            Assert.Equal(HttpStatusCode.NotFound, await AskAsync(HttpMethod.Get, prefix + "/nowhere"));
            // A session is opened by GET alone.
            Assert.Equal(HttpStatusCode.OK, await AskAsync(HttpMethod.Get, prefix + "/socket.io/?EIO=4&transport=polling"));
            Assert.Equal(HttpStatusCode.BadRequest, await AskAsync(HttpMethod.Head, prefix + "/socket.io/?EIO=4&transport=polling"));
            await using var socket = await TestClient.OpenAsync(_node, prefix + TestClient.SocketIo);
            await socket.SendAsync("40");
            await socket.ExpectAsync("connected");
            await using var plain = await TestClient.OpenAsync(_node, prefix + "/ws");
            await plain.ExpectTextAsync("\"connected\"");
        }
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(HttpMethod.Get, "/gateways/health"));
    }

    [Fact]
    public async Task The_page_of_the_prefix_finds_its_files()
    {
        using var answer = await _http.GetAsync(new Uri(_node.Url, "/gateway"));
        Assert.Equal((HttpStatusCode.MovedPermanently, "/gateway/"), (answer.StatusCode, answer.Headers.Location!.IsAbsoluteUri ? answer.Headers.Location.AbsolutePath : answer.Headers.Location.OriginalString));
    }

    [Theory]
    [InlineData("/ws", "json", "mqtt", "json")]
    [InlineData("/ws", "deltastream.v1", "json", "deltastream.v1")]
    [InlineData("/ws", "mqtt", "mqtt", "amqp")]
    [InlineData(TestClient.SocketIo, "mqtt", "mqtt", "amqp")]
    public async Task A_client_that_offers_subprotocols_gets_one_of_them(string path, string chosen, params string[] offered)
    {
        using var socket = new ClientWebSocket();
        foreach (var each in offered) socket.Options.AddSubProtocol(each);
        await socket.ConnectAsync(new UriBuilder(new Uri(_node.Url, path)) { Scheme = "ws" }.Uri, CancellationToken.None);
        Assert.Equal(chosen, socket.SubProtocol);
    }

    private async Task<HttpStatusCode> AskAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, new Uri(_node.Url, path));
        using var response = await _http.SendAsync(request);
        if (method == HttpMethod.Head) Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        return response.StatusCode;
    }
}

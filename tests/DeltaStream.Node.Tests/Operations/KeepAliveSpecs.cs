using System.Net;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Operations;

/// <summary>Idle HTTP connections of a live node, and the responses to its polls.</summary>
public sealed class KeepAliveSpecs : IAsyncLifetime
{
    private const string Head = "HEAD /health/live HTTP/1.1\r\nHost: a\r\n\r\n";

    private RedisServer _redis = null!;

    public async Task InitializeAsync() => _redis = await RedisServer.StartAsync();

    public Task DisposeAsync() => _redis.DisposeAsync().AsTask();

    [Fact]
    public async Task Beyond_the_limit_an_idle_connection_is_closed_and_clients_get_in()
    {
        await using var node = await NodeProcess.Start(
            ("REDIS_URL", _redis.Url), ("LIMIT_CONNECTIONS", "10"), ("LIMIT_CONNECTIONS_PER_ADDRESS", "4"), ("TRUSTED_PROXIES", "127.0.20.9")).ReadyAsync();
        var idle = new List<RawConnection>();
        for (var i = 0; i < 4; i++) idle.Add(await IdleAsync(node, "127.0.20.1"));
        // Each of the next ones takes the place of another one of its address.
        for (var i = 0; i < 2; i++) idle.Add(await IdleAsync(node, "127.0.20.1"));
        await Eventually.True(() => idle.Count(each => each.DrainAvailable()) == 4, "two are closed");

        // A client takes a place as well.
        await using var client = await TestClient.OpenAsync(new Uri(node.Url, "/ws"), new() { From = "127.0.20.1" });
        await client.ExpectTextAsync("\"connected\"");
        await Eventually.True(() => idle.Count(each => each.DrainAvailable()) == 3, "an idle connection yields");
        await Eventually.True(async () => await node.MetricAsync("deltastream_idle_connections") == 3, "it is counted");

        // Where clients take all places, a request is answered and its connection closed.
        var clients = new List<TestClient>();
        for (var i = 0; i < 3; i++) clients.Add(await TestClient.OpenAsync(new Uri(node.Url, "/ws"), new() { From = "127.0.20.1" }));
        using var last = await RawConnection.OpenAsync(node.Port, "127.0.20.1");
        await last.SendAsync(Head);
        Assert.Contains("Connection: close", await last.ReadHeadAsync());
        foreach (var each in clients) await each.DisposeAsync();

        // A proxy keeps its connections for all its clients.
        var proxy = new List<RawConnection>();
        for (var i = 0; i < 20; i++) proxy.Add(await IdleAsync(node, "127.0.20.9"));
        Assert.All(proxy, each => Assert.True(each.DrainAvailable()));
        foreach (var each in idle.Concat(proxy)) each.Dispose();
    }

    [Fact]
    public async Task A_connection_that_waits_longer_than_the_setting_is_closed()
    {
        await using var node = await NodeProcess.Start(("REDIS_URL", _redis.Url), ("KEEP_ALIVE_SECONDS", "1")).ReadyAsync();
        using var idle = await IdleAsync(node, "127.0.0.1");
        Assert.Empty(await idle.ReadToEndAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task A_long_response_to_a_poll_is_compressed_if_the_client_accepts_it()
    {
        await using var node = await NodeProcess.Start(("REDIS_URL", _redis.Url)).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("feed") == "live", "the feed is live");
        await _redis.ExecuteAsync("PUBLISH", "enriched:underlying", $$"""{"product":"NIFTY","price":1,"timestamp":"2026-11-24T09:15:00","filler":"{{new string('x', 20_000)}}"}""");
        foreach (var (accepts, isCompressed) in new[] { ("gzip, deflate, br", true), ("gzip;q=0, br", false), ("identity", false), ("*", true) })
        {
            using var http = new HttpClient(new HttpClientHandler { AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = new Uri(node.Url, "/socket.io/") };
            http.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Encoding", accepts);
            using var open = await http.GetAsync(new Uri("?EIO=4&transport=polling", UriKind.Relative));
            Assert.Empty(open.Content.Headers.ContentEncoding);
            var session = new Uri($"?EIO=4&transport=polling&sid={(await open.Content.ReadAsStringAsync()).Split('"')[3]}", UriKind.Relative);
            using var post = await http.PostAsync(session, new StringContent("40\u001e42[\"subscribe\",{\"type\":\"product\",\"symbol\":\"NIFTY\"}]"));
            Assert.Equal("ok", await post.Content.ReadAsStringAsync());
            var text = "";
            for (var bytes = 0L; !text.Contains("filler", StringComparison.Ordinal);)
            {
                using var poll = await http.GetAsync(session);
                Assert.Equal(HttpStatusCode.OK, poll.StatusCode);
                var isGzip = poll.Content.Headers.ContentEncoding.Contains("gzip");
                var body = await poll.Content.ReadAsByteArrayAsync();
                bytes = body.Length;
                if (isGzip)
                {
                    await using var gzip = new System.IO.Compression.GZipStream(new MemoryStream(body), System.IO.Compression.CompressionMode.Decompress);
                    using var reader = new StreamReader(gzip);
                    text = await reader.ReadToEndAsync();
                }
                else
                {
                    text = System.Text.Encoding.UTF8.GetString(body);
                }

                Assert.Equal((accepts, isCompressed && text.Length > 1024), (accepts, isGzip));
                if (isGzip) Assert.True(bytes < text.Length / 10, $"{bytes} of {text.Length}");
            }
        }
    }

    private static async Task<RawConnection> IdleAsync(NodeProcess node, string from)
    {
        var connection = await RawConnection.OpenAsync(node.Port, from);
        await connection.SendAsync(Head);
        Assert.StartsWith("HTTP/1.1 200", await connection.ReadHeadAsync());
        return connection;
    }
}

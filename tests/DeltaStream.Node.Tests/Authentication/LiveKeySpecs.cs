using System.Net;
using System.Text;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Authentication;

/// <summary>Live nodes: public keys from a URL and from a file, operators' own port, and who does not start at all.</summary>
public sealed class LiveKeySpecs : IAsyncLifetime
{
    private readonly TokenIssuer _issuer = new();
    private readonly TokenIssuer _successor = new();
    private readonly HttpListener _listener = new();
    private readonly string _file = Path.GetTempFileName();
    private RedisServer _redis = null!;
    private string _jwks = "";
    private int _asked;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _jwks = _issuer.Jwks();
    }

    public async Task DisposeAsync()
    {
        _listener.Close();
        File.Delete(_file);
        _issuer.Dispose();
        _successor.Dispose();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Changed_keys_at_a_URL_are_used()
    {
        await using var node = await StartAsync(("AUTH_JWT_JWKS", Serve()), ("deltastream__auth__jwks-cooldown", "100ms"));
        Assert.True(await IsLetInAsync(node, _issuer.Rs256(Claims())));
        Assert.True(await IsLetInAsync(node, _issuer.Es256(Claims())));
        Assert.False(await IsLetInAsync(node, _issuer.Hs256WithPublicKey(Claims(), "rsa-1")));
        Assert.False(await IsLetInAsync(node, TokenIssuer.Unsigned(Claims(), "none")));
        Assert.False(await IsLetInAsync(node, _successor.Rs256(Claims(), kid: "rsa-2")));
        Assert.False(await IsLetInAsync(node, _successor.Rs256(Claims())));

        _jwks = _successor.Jwks(rsaKid: "rsa-2");
        await Eventually.True(() => IsLetInAsync(node, _successor.Rs256(Claims(), kid: "rsa-2")), "the new key is good");
        Assert.False(await IsLetInAsync(node, _issuer.Rs256(Claims())));
        Assert.InRange(_asked, 2, 50);
    }

    [Fact]
    public async Task While_the_key_URL_is_silent_no_new_client_enters_and_the_node_lives()
    {
        await using var node = await StartAsync(("AUTH_JWT_JWKS", $"http://127.0.0.1:{FreePort.Next()}/jwks"));
        await using var client = await TestClient.OpenAsync(node, "/ws");
        await client.SendAsync($$$"""{"event":"authenticate","data":{"token":"{{{_issuer.Rs256(Claims())}}}"}}""");
        Assert.Equal(4401, await client.EndAsync());
        Assert.Contains("Tokens can't be checked at the moment", client.Received.Single());
        await Eventually.True(() => node.Lines.Any(line => line.Contains("\"event\":\"jwks_failed\"", StringComparison.Ordinal)), "it is logged");
        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync("/health/ready"));
    }

    [Fact]
    public async Task Operators_may_have_a_port_of_their_own()
    {
        await File.WriteAllTextAsync(_file, _jwks);
        var port = FreePort.Next();
        await using var node = await StartAsync(("AUTH_JWT_JWKS", _file), ("OPERATOR_PORT", $"{port}"));
        Assert.True(await IsLetInAsync(node, _issuer.Rs256(Claims())));
        Assert.Equal("200", await AskAsync(port, "/metrics"));
        Assert.Equal("200", await AskAsync(port, "/health"));
        Assert.Equal("404", await AskAsync(port, "/"));
        Assert.Equal("404", await AskAsync(port, "/socket.io/?EIO=4&transport=polling"));
        Assert.Equal("404", await AskAsync(port, "/ws"));
        Assert.Equal("404", await AskAsync(node.Port, "/metrics"));
        Assert.Equal("404", await AskAsync(node.Port, "/metrics", host: $"127.0.0.1:{port}"));
        Assert.Equal("200", await AskAsync(node.Port, "/health"));
        Assert.Equal("200", await AskAsync(node.Port, "/"));
    }

    [Fact]
    public async Task In_production_a_node_without_tokens_starts_only_if_a_setting_allows_it()
    {
        await using var node = NodeProcess.Start(("REDIS_URL", _redis.Url), ("AUTH_ALLOW_ANONYMOUS", null));
        Assert.NotEqual(0, await node.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.StartsWith("AUTH_MODE=none is not allowed: in production clients need a token", Assert.Single(node.Lines));
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("""{"keys":[]}""")]
    [InlineData("""{"keys":[{"kty":"oct","k":"AAAA"}]}""")]
    public async Task A_file_without_a_key_stops_the_start(string content)
    {
        await File.WriteAllTextAsync(_file, content);
        await using var node = NodeProcess.Start(("REDIS_URL", _redis.Url), ("AUTH_MODE", "jwt"), ("AUTH_JWT_JWKS", _file));
        Assert.NotEqual(0, await node.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal([$"AUTH_JWT_JWKS={_file} is not allowed: an https URL, or a JWKS file with an RSA key of 2048 bits or more (RS256) or a P-256 key (ES256)"], node.Lines);
    }

    private static System.Text.Json.Nodes.JsonObject Claims() => TokenIssuer.Claims(DateTimeOffset.UtcNow);

    private Task<NodeProcess> StartAsync(params (string, string?)[] variables) => NodeProcess.Start(
        [("REDIS_URL", _redis.Url), ("AUTH_MODE", "jwt"), ("AUTH_ALLOW_ANONYMOUS", null), .. variables]).ReadyAsync();

    private string Serve()
    {
        var url = $"http://127.0.0.1:{FreePort.Next()}/";
        _listener.Prefixes.Add(url);
        _listener.Start();
        _ = Task.Run(async () =>
        {
            while (_listener.IsListening)
            {
                var context = await _listener.GetContextAsync();
                Interlocked.Increment(ref _asked);
                context.Response.Close(Encoding.UTF8.GetBytes(_jwks), willBlock: true);
            }
        });
        return $"{url}jwks";
    }

    private static async Task<bool> IsLetInAsync(NodeProcess node, string token)
    {
        await using var client = await TestClient.OpenAsync(node, "/ws", ("Authorization", $"Bearer {token}"));
        await Eventually.True(() => client.Received.Count > 0, "an answer");
        return client.Received[0].StartsWith("""{"event":"connected""", StringComparison.Ordinal);
    }

    /// <summary>The status of a request by hand, under whatever host name.</summary>
    private static async Task<string> AskAsync(int port, string path, string? host = null)
    {
        using var connection = await RawConnection.OpenAsync(port);
        await connection.SendAsync($"GET {path} HTTP/1.1\r\nHost: {host ?? $"127.0.0.1:{port}"}\r\nConnection: close\r\n\r\n");
        return $"{await connection.ReadStatusAsync()}";
    }
}

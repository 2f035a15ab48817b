using System.Text;

namespace DeltaStream.Abuse.Tests.Transport;

/// <summary>Redis over TLS as a user of its own, and what a node says when that goes wrong.</summary>
public sealed class RedisTlsSpecs
{
    private const string Password = "s:cret/pass@word";
    private const string InUrl = "s%3Acret%2Fpass%40word";

    [Fact]
    public async Task A_node_speaks_TLS_with_Redis_as_its_own_user_and_a_failure_shows_no_secret()
    {
        using var certificates = await Certificates.MakeAsync("redis");
        using var others = await Certificates.MakeAsync();
        var tlsPort = FreePort.Next();
        await using var redis = await RedisServer.StartAsync(
            "--tls-port", $"{tlsPort}", "--tls-cert-file", certificates.Certificate("redis"), "--tls-key-file", certificates.Key("redis"),
            "--tls-ca-cert-file", certificates.Authority, "--tls-auth-clients", "no");
        await redis.ExecuteAsync("ACL", "SETUSER", "gateway", "on", ">" + Password, "~*", "&*", "+@all");
        var url = $"rediss://gateway:{InUrl}@127.0.0.1:{tlsPort}";

        await using var node = await NodeProcess.Start(("REDIS_URL", url), ("REDIS_TLS_CA", certificates.Authority), ("LOG_LEVEL", "debug")).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy", "the node is healthy");
        await using var client = await TestClient.ConnectAsync(node);
        await redis.ExecuteAsync("PUBLISH", "enriched:underlying", """{"product":"TLS","price":1,"timestamp":"2026-11-24T09:15:00"}""");
        await client.ExpectAsync("underlying_update");

        // The user's password changes while it is connected, and its connections end.
        await redis.ExecuteAsync("ACL", "SETUSER", "gateway", "resetpass", ">another");
        await redis.ExecuteAsync("CLIENT", "KILL", "USER", "gateway");
        await Eventually.True(async () => await node.HealthAsync("feed") == "down", "health says down");
        await Eventually.True(() => node.Log.Contains("redis_listener_error"), "it is logged");
        await SaysNothingAsync(node);

        // Somebody else's certificate: nothing is said to that server, the password least of all.
        await using var wary = await NodeProcess.Start(("REDIS_URL", url), ("REDIS_TLS_CA", others.Authority), ("LOG_LEVEL", "debug")).ReadyAsync();
        await Eventually.True(async () => await wary.HealthAsync("feed") == "down", "health says down");
        await Eventually.True(() => wary.Log.Contains("redis_listener_error"), "it is logged");
        await SaysNothingAsync(wary);
        Assert.DoesNotContain("gateway", await redis.ExecuteAsync("CLIENT", "LIST"));

        // An authority that the machine trusts.
        await redis.ExecuteAsync("ACL", "SETUSER", "gateway", ">" + Password);
        await using var trusting = await NodeProcess.Start(("REDIS_URL", url), ("SSL_CERT_FILE", certificates.Authority), ("SSL_CERT_DIR", "/nonexistent")).ReadyAsync();
        await Eventually.True(async () => await trusting.HealthAsync("listener") == "up", "it listens");
    }

    /// <summary>What clients bring that is secret, each way that they may bring it.</summary>
    [Fact]
    public async Task Secrets_appear_in_no_output_however_they_were_set()
    {
        const string token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0cmFkZXIifQ.c2VjcmV0LXNpZ25hdHVyZQ";
        await using var node = await NodeProcess.Start(("REDIS_URL", $"redis://gateway:{InUrl}@127.0.0.1:1"), ("LOG_LEVEL", "debug")).ReadyAsync();
        await using var visitor = new Visitor(node.Port);
        var (_, sid) = await visitor.OpenPollingAsync();
        await visitor.PostAsync(sid, $$"""40{"token":"{{token}}"}""");
        await visitor.PostAsync(sid, $$"""42["authenticate",{"token":"{{token}}"}]""");
        await visitor.PostAsync(sid, $"42[\"{token}\",{{}}]");
        foreach (var path in new[] { "/health", "/metrics", $"/socket.io/?EIO=4&transport=polling&token={token}", $"/ws?token={token}", $"/{token}" })
        {
            using var raw = await RawConnection.OpenAsync(node.Port);
            await raw.SendAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nCookie: t={token}\r\nConnection: close\r\n\r\n");
            var answer = Encoding.UTF8.GetString(await raw.ReadToEndAsync());
            Assert.StartsWith("HTTP/1.1 ", answer);
            Assert.DoesNotContain("c2VjcmV0", answer);
        }
        using var socket = await RawConnection.OpenWebSocketAsync(node.Port, "/ws", $"Authorization: Bearer {token}\r\n");
        await socket.SendAsync(Frames.Text("{\"event\":\"authenticate\",\"data\":{\"token\":\"" + token + "\"}}"));
        await socket.SendAsync(Frames.Text($$"""{"event":"{{token}}","data":"{{token}}"""));
        await Eventually.True(() => node.Log.Contains("redis_listener_error"), "Redis's failure is logged");
        await SaysNothingAsync(node, "c2VjcmV0", sid);
        Assert.DoesNotContain("   at ", node.Log);
    }

    private static async Task SaysNothingAsync(NodeProcess node, params string[] further)
    {
        var said = node.Log + await node.GetAsync("/health") + await node.GetAsync("/metrics");
        foreach (var secret in (string[])[Password, InUrl, "cret/pass", "cret%2F", Convert.ToBase64String(Encoding.UTF8.GetBytes(Password)), .. further])
            Assert.DoesNotContain(secret, said);
    }
}

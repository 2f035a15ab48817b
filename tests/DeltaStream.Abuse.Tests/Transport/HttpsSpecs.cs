namespace DeltaStream.Abuse.Tests.Transport;

/// <summary>HTTPS from certificate files.</summary>
public sealed class HttpsSpecs
{
    [Fact]
    public async Task A_node_with_a_certificate_speaks_HTTPS_alone_and_takes_a_renewed_one_without_a_restart()
    {
        using var certificates = await Certificates.MakeAsync();
        await using var redis = await RedisServer.StartAsync();
        await using var node = await NodeProcess.Start(
            ("REDIS_URL", redis.Url), ("HTTPS_CERTIFICATE", certificates.Certificate()), ("HTTPS_KEY", certificates.Key()),
            ("LIMIT_HANDSHAKE_SECONDS", "1")).ReadyAsync();
        await Eventually.True(async () => await node.HealthAsync("status") == "healthy", "the node is healthy");
        // Long enough for several parts of a write.
        await redis.ExecuteAsync("PUBLISH", "enriched:underlying", $$"""{"product":"NIFTY","price":1,"timestamp":"2026-11-24T09:15:00","filler":"{{new string('x', 100_000)}}"}""");

        using (var client = new TrustingClient(node, certificates.Authority))
        {
            Assert.Contains("<html", await client.GetAsync("/"));
            Assert.Contains("\"sid\"", await client.GetAsync("/socket.io/?EIO=4&transport=polling"));
            await client.AskAsync(TestClient.SocketIo, "40", "\"connected\"");
            var whole = await client.AskAsync("/ws", """{"event":"subscribe","data":{"type":"product","symbol":"NIFTY"}}""", "xxx\"}");
            Assert.Contains(new string('x', 100_000), whole);
        }

        using (var plain = await RawConnection.OpenAsync(node.Port))
        {
            await plain.SendAsync("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Assert.DoesNotContain("HTTP/1.1 200", System.Text.Encoding.Latin1.GetString(await plain.ReadToEndAsync()));
        }
        using (var slow = await RawConnection.OpenAsync(node.Port))
        {
            // The beginning of a TLS record that never ends.
            await slow.SendAsync("\u0016\u0003\u0001\u0002\u0000\u0001");
            await slow.ReadToEndAsync(TimeSpan.FromSeconds(10));
        }
        using (var client = new TrustingClient(node, certificates.Authority))
        {
            await Eventually.Pass(async () =>
            {
                var metrics = await client.GetAsync("/metrics");
                Assert.Contains("deltastream_refused_connections_total{reason=\"tls\"} 1", metrics);
                Assert.Contains("deltastream_refused_connections_total{reason=\"tls_timeout\"} 1", metrics);
            });
        }

        // Another authority signs the next one: who trusts only that one gets in once the node has taken it.
        using var renewed = await Certificates.MakeAsync();
        File.Copy(renewed.Certificate(), certificates.Certificate(), overwrite: true);
        File.Copy(renewed.Key(), certificates.Key(), overwrite: true);
        using var later = new TrustingClient(node, renewed.Authority);
        await Eventually.True(async () =>
        {
            try
            {
                return (await later.GetAsync("/health/live")).Length > 0;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, "the renewed certificate is shown", TimeSpan.FromSeconds(40));
        Assert.DoesNotContain("PRIVATE KEY", node.Log);
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_used_stops_the_start_with_one_line()
    {
        using var certificates = await Certificates.MakeAsync("one", "other");
        var file = certificates.Certificate("one");
        await RefusesAsync($"HTTPS_KEY= is not allowed: a PEM file: HTTPS_CERTIFICATE and HTTPS_KEY go together", ("HTTPS_CERTIFICATE", file));
        await RefusesAsync($"HTTPS_KEY={certificates.Key("other")} is not allowed: a PEM file with the certificate's private key, without a password (",
            ("HTTPS_CERTIFICATE", file), ("HTTPS_KEY", certificates.Key("other")));
        await RefusesAsync("REDIS_TLS_CA=/no/such/file is not allowed: a PEM file with the authority's certificate (",
            ("REDIS_URL", "rediss://127.0.0.1:1"), ("REDIS_TLS_CA", "/no/such/file"));

        static async Task RefusesAsync(string beginning, params (string, string?)[] variables)
        {
            await using var node = NodeProcess.Start([("REDIS_URL", "redis://127.0.0.1:1"), .. variables]);
            Assert.Equal(1, await node.ExitAsync(TimeSpan.FromSeconds(30)));
            await Eventually.True(() => node.Lines.Count > 0, "the line is read");
            Assert.StartsWith(beginning, Assert.Single(node.Lines));
        }
    }
}

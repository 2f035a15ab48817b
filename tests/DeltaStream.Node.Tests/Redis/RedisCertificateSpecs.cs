using System.Security.Cryptography.X509Certificates;
using DeltaStream.Actors.Market;
using DeltaStream.Node.Redis;
using DeltaStream.Node.Settings;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Redis;

/// <summary>A Redis that asks its clients for a certificate.</summary>
public sealed class RedisCertificateSpecs
{
    [Fact]
    public async Task A_node_shows_its_certificate_and_without_one_it_gets_no_connection()
    {
        using var certificates = await Certificates.MakeAsync("redis", "node");
        var port = FreePort.Next();
        await using var redis = await RedisServer.StartAsync(
            "--tls-port", $"{port}", "--tls-cert-file", certificates.Certificate("redis"), "--tls-key-file", certificates.Key("redis"),
            "--tls-ca-cert-file", certificates.Authority, "--tls-auth-clients", "yes");
        var authority = new X509Certificate2Collection();
        authority.ImportFromPemFile(certificates.Authority);
        var url = RedisUrlReader.Read($"rediss://127.0.0.1:{port}") with { Authority = authority };

        await using var unknown = new RedisConnection(RedisBackend.DialerOf(url));
        await Assert.ThrowsAsync<FeedUnavailableException>(() => unknown.PublishAsync("enriched:underlying", "{}"u8.ToArray(), default));

        var certificate = new RedisClientCertificate(certificates.Certificate(), certificates.Key());
        await using var known = new RedisConnection(RedisBackend.DialerOf(url with { Certificate = certificate }));
        Assert.True(await known.RunAsync(db => db.StringSetAsync("here", "1"), default));
        Assert.Equal("1", await redis.ExecuteAsync("GET", "here"));
    }
}

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace DeltaStream.Cluster.Tests;

/// <summary>Nobody joins who doesn't belong, and nobody who doesn't belong gets a byte in.</summary>
public sealed class MutualTlsSpecs
{
    /// <summary>One cluster for all of it: starting processes is what costs.</summary>
    [Fact]
    public async Task Only_nodes_with_certificates_of_one_authority_form_a_cluster()
    {
        using var own = await Certificates.MakeAsync("one", "two");
        using var foreign = await Certificates.MakeAsync();
        await using var redis = await RedisServer.StartAsync();
        await using var first = await Start(redis, null, own.Variables("one")).ReadyAsync();
        await using var second = await Start(redis, first, own.Variables("two")).ReadyAsync();
        await Eventually.True(async () => await first.HealthAsync("members") == "2" && await second.HealthAsync("feed") == "live", "two members");
        await Updates_reach_clients_of_both(redis, first, second);

        await using var stranger = Start(redis, first, foreign.Variables());
        await using var plain = Start(redis, first);
        await Eventually.True(() => first.Lines.Any(line => line.Contains("cluster_peer_refused", StringComparison.Ordinal)), "the stranger is refused", TimeSpan.FromSeconds(30));
        // Akka.Remote ends a node whose own attempt to connect fails in the handshake; one without TLS only finds nobody.
        var code = await stranger.ExitAsync(TimeSpan.FromSeconds(30));
        Assert.True(code == 1, $"ended with {code}:\n{stranger.Log}");
        Assert.Contains(stranger.Lines, line => line.Contains("cluster_lost", StringComparison.Ordinal));
        await Eventually.True(() => plain.Lines.Any(line => line.Contains($"\"tried\":\"{first.Address}\"", StringComparison.Ordinal)),
            "the node says whom it has tried", TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await plain.StatusAsync("/health/ready"));

        Assert.True(await IsClosedOnAsync(first, null), "without a certificate");
        Assert.True(await IsClosedOnAsync(first, X509CertificateLoader.LoadPkcs12(Pkcs12(foreign), null)), "with a certificate of another authority");
        Assert.True(await IsClosedOnPlainAsync(first), "without TLS");
        Assert.Equal("2", await first.HealthAsync("members"));
        Assert.DoesNotContain(first.Lines, line => line.Contains("\"@x\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task By_default_a_node_listens_for_members_on_loopback_only()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var node = await Start(redis, null).ReadyAsync();
        var others = (await Dns.GetHostAddressesAsync(Dns.GetHostName(), AddressFamily.InterNetwork)).Where(address => !IPAddress.IsLoopback(address)).ToArray();
        foreach (var address in others)
        {
            using var client = new TcpClient();
            await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(address, node.ClusterPort));
        }

        Assert.DoesNotContain(node.Lines, line => line.Contains("cluster_port_open", StringComparison.Ordinal));
        await using var open = await NodeProcess.Start(("REDIS_URL", redis.Url), ("deltastream__cluster__bind-hostname", "0.0.0.0")).ReadyAsync();
        Assert.Contains(open.Lines, line => line.Contains("cluster_port_open", StringComparison.Ordinal));
    }

    private static NodeProcess Start(RedisServer redis, NodeProcess? seed, params (string Name, string? Value)[] variables) => NodeProcess.Start([
        ("REDIS_URL", redis.Url), ("CLUSTER_SEEDS", seed?.Address), .. variables]);

    private static async Task Updates_reach_clients_of_both(RedisServer redis, params NodeProcess[] nodes)
    {
        await using var producer = await Producer.OpenAsync(redis);
        var clients = await Task.WhenAll(nodes.Select(TestClient.ConnectAsync));
        foreach (var client in clients) await client.SubscribeAsync("product", "NIFTY");
        var price = await producer.NextAsync("NIFTY");
        foreach (var client in clients)
        {
            await Eventually.True(() => client.NewestOf("NIFTY") == price, "the update is there");
            await client.DisposeAsync();
        }
    }

    /// <summary>Whether the node ends the connection on a client that shows this certificate, or none.</summary>
    private static async Task<bool> IsClosedOnAsync(NodeProcess node, X509Certificate2? certificate)
    {
        using var tcp = new TcpClient("127.0.0.1", node.ClusterPort);
        await using var tls = new SslStream(tcp.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
                ClientCertificates = certificate is null ? null : [certificate],
            });
            await tls.WriteAsync(new byte[64]);
            return await EndsAsync(tls);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return true;
        }
    }

    private static async Task<bool> IsClosedOnPlainAsync(NodeProcess node)
    {
        using var tcp = new TcpClient("127.0.0.1", node.ClusterPort);
        await tcp.GetStream().WriteAsync(new byte[64]);
        return await EndsAsync(tcp.GetStream());
    }

    private static async Task<bool> EndsAsync(Stream stream)
    {
        // Well before Akka.Remote itself would give up on a connection that says nothing.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(8));
        try
        {
            var buffer = new byte[1024];
            while (await stream.ReadAsync(buffer, patience.Token) > 0) { }
            return true;
        }
        catch (IOException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static byte[] Pkcs12(Certificates certificates)
    {
        using var certificate = X509Certificate2.CreateFromPemFile(certificates.Certificate(), certificates.Key());
        return certificate.Export(X509ContentType.Pkcs12);
    }
}

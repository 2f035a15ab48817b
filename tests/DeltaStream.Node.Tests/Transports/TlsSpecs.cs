using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeltaStream.Node.Transports;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.SocketIO.Engine;
using DeltaStream.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>With TLS nothing may go to the socket past it.</summary>
public sealed class TlsSpecs : IAsyncLifetime, IEngineApplication
{
    private readonly X509Certificate2 _certificate = SelfSigned();
    private WebApplication _app = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.UseHttps(_certificate);
            listen.UseHandover();
        }));
        builder.Services.AddGatewayTransports(new TransportSettings { MaxPayload = 1_000_000 });
        _app = builder.Build();
        _app.Services.GetRequiredService<TransportServer>().MapEngine(_app, "/engine.io", this);
        await _app.StartAsync();
    }

    public async Task DisposeAsync()
    {
        using var now = new CancellationTokenSource(0);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    [Fact]
    public async Task A_WebSocket_over_TLS_gets_its_frames_encrypted_small_and_large()
    {
        using var client = await TestClient.OpenAsync(new Uri(new Uri(_app.Urls.Single()), "/engine.io/?EIO=4&transport=websocket"), new()
        {
            Tls = new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.GetCertHashString() == _certificate.GetCertHashString() },
        });
        Assert.StartsWith("0{", await client.ReceiveAsync());
        foreach (var size in new[] { 10, 56_000, 900_000 })
        {
            var text = "4" + new string('x', size);
            await client.SendAsync(text);
            Assert.Equal(text, await client.ReceiveAsync());
        }
    }

    IEngineConnection IEngineApplication.Open(IEngineLink link) => new Echo(link);

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private sealed class Echo(IEngineLink link) : IEngineConnection
    {
        public ValueTask ReceiveAsync(ReadOnlyMemory<byte> data, bool isBinary)
        {
            link.WriteControl(EngineFrames.Of(new EnginePacket(EnginePacketType.Message, data.ToArray(), isBinary)));
            return default;
        }

        public ValueTask WhenHandledAsync() => default;
    }
}

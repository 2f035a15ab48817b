using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Transports;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.SocketIO.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>With TLS nothing may go to the socket past it.</summary>
public sealed class TlsSpecs : IAsyncLifetime, IEngineApplication
{
    private static readonly TimeSpan Patience = TestSupport.Patience.ForSeconds(30);

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
        using var timeout = new CancellationTokenSource(Patience);
        using var client = new ClientWebSocket();
        client.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.GetCertHashString() == _certificate.GetCertHashString();
        var address = new Uri(_app.Urls.Single());
        await client.ConnectAsync(new Uri($"wss://127.0.0.1:{address.Port}/engine.io/?EIO=4&transport=websocket"), timeout.Token);

        Assert.StartsWith("0{", await ReceiveAsync(client, timeout.Token));
        foreach (var size in new[] { 10, 56_000, 900_000 })
        {
            var text = "4" + new string('x', size);
            await client.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, timeout.Token);
            Assert.Equal(text, await ReceiveAsync(client, timeout.Token));
        }
    }

    IEngineConnection IEngineApplication.Open(IEngineLink link) => new Echo(link);

    private static async Task<string> ReceiveAsync(ClientWebSocket client, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        WebSocketReceiveResult result;
        do
        {
            result = await client.ReceiveAsync(buffer, cancellation);
            text.Append(Encoding.UTF8.GetString(buffer, 0, result.Count));
        }
        while (!result.EndOfMessage);
        return text.ToString();
    }

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

        public void Ready() { }

        public ValueTask SettleAsync() => default;

        public void Closed(CloseReason reason) { }
    }
}

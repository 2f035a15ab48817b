using System.Net.WebSockets;
using System.Text;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Transports;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>permessage-deflate between a real Kestrel and .NET's own client.</summary>
public sealed class DeflateSpecs : IEngineApplication
{
    private const int From = 1024;
    private static readonly TimeSpan Patience = TestSupport.Patience.ForSeconds(30);

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public async Task Compression_is_used_if_both_sides_want_it(bool isOn, bool isOffered, bool isSpoken)
    {
        await using var app = await StartAsync(isOn ? From : null);
        using var timeout = new CancellationTokenSource(Patience);
        using var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;
        if (isOffered) client.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
        await client.ConnectAsync(Address(app), timeout.Token);

        Assert.Equal(isSpoken, client.HttpResponseHeaders!.ContainsKey("Sec-WebSocket-Extensions"));
        Assert.StartsWith("0{", await ReceiveAsync(client, timeout.Token));
        foreach (var size in new[] { 10, From, 56_000, 900_000, 20 })
        {
            var text = "4" + string.Concat(Enumerable.Range(0, (size / 8) + 1).Select(n => $"{n % 1000,7};"));
            await client.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, timeout.Token);
            Assert.Equal(text, await ReceiveAsync(client, timeout.Token));
        }
    }

    [Fact]
    public void A_message_is_compressed_once_for_all_connections_and_a_small_one_never()
    {
        var large = EngineFrames.Of(new EnginePacket(EnginePacketType.Message, new byte[From], false));
        var small = EngineFrames.Of(new EnginePacket(EnginePacketType.Message, new byte[From - 2], false));
        var (one, other) = (FrameDeflater.From(From), FrameDeflater.From(From));

        Assert.Same(one.Deflate(large), other.Deflate(large));
        Assert.InRange(one.Deflate(large).Bytes.Length, 1, 100);
        Assert.Same(small, one.Deflate(small));
    }

    IEngineConnection IEngineApplication.Open(IEngineLink link) => new Echo(link);

    private static Uri Address(WebApplication app) => new(app.Urls.Single().Replace("http://", "ws://") + "/engine.io/?EIO=4&transport=websocket");

    private async Task<WebApplication> StartAsync(int? deflateFrom)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddGatewayTransports(new TransportSettings { MaxPayload = 1_000_000, DeflateFrom = deflateFrom });
        var app = builder.Build();
        app.Services.GetRequiredService<TransportServer>().MapEngine(app, "/engine.io", this);
        await app.StartAsync();
        return app;
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket client, CancellationToken cancellation)
    {
        using var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        WebSocketReceiveResult result;
        do
        {
            result = await client.ReceiveAsync(buffer, cancellation);
            text.Write(buffer, 0, result.Count);
        }
        while (!result.EndOfMessage);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private sealed class Echo(IEngineLink link) : IEngineConnection
    {
        private readonly List<Frame> _one = [];

        public ValueTask ReceiveAsync(ReadOnlyMemory<byte> data, bool isBinary)
        {
            _one.Clear();
            _one.Add(EngineFrames.Of(new EnginePacket(EnginePacketType.Message, data.ToArray(), isBinary)));
            link.Write(_one);
            return default;
        }

        public ValueTask WhenHandledAsync() => default;
    }
}

using System.Net.Sockets;
using System.Text;

namespace DeltaStream.Node.Tests.Operations;

/// <summary>A client that opens a WebSocket and then neither reads nor answers.</summary>
internal sealed class SilentWebSocket : IDisposable
{
    private readonly TcpClient _client = new();

    public static async Task<SilentWebSocket> OpenAsync(int port)
    {
        var socket = new SilentWebSocket();
        await socket._client.ConnectAsync("127.0.0.1", port);
        var request = $"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        await socket._client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        var one = new byte[12];
        await socket._client.GetStream().ReadExactlyAsync(one);
        Assert.Equal("HTTP/1.1 101", Encoding.ASCII.GetString(one));
        return socket;
    }

    public void Dispose() => _client.Dispose();
}

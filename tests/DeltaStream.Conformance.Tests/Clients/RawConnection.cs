using System.Net.Sockets;
using System.Text;

namespace DeltaStream.Conformance.Tests.Clients;

/// <summary>A TCP connection with nothing on it but what the spec writes.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    private RawConnection(TcpClient client)
    {
        _client = client;
        _stream = client.GetStream();
    }

    public static async Task<RawConnection> Open(ConformanceHost host)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync("127.0.0.1", host.Port);
        return new RawConnection(client);
    }

    /// <summary>A WebSocket whose frames the spec writes itself, behind the server's handshake.</summary>
    public static async Task<RawConnection> Upgrade(ConformanceHost host, string pathAndQuery)
    {
        var connection = await Open(host);
        await connection.Write(
            $"GET {pathAndQuery} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        var head = await connection.ReadHead();
        Assert.StartsWith("HTTP/1.1 101", head);
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head, StringComparison.OrdinalIgnoreCase);
        return connection;
    }

    public Task Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    public async Task Write(byte[] bytes) => await _stream.WriteAsync(bytes);

    /// <summary>The head of a response.</summary>
    public async Task<string> ReadHead()
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) head.Append((char)(await Read(1))[0]);
        return head.ToString();
    }

    /// <summary>One short frame of the server's: its first byte and its payload; null at the end of the connection.</summary>
    public async Task<(byte First, byte[] Payload)?> ReadFrame()
    {
        try
        {
            var start = await Read(2);
            var length = start[1] == 126 ? BitConverter.ToUInt16([.. (await Read(2)).Reverse()]) : start[1];
            return (start[0], await Read(length));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Reads to the close frame and gives its code.</summary>
    public async Task<int?> ReadCloseCode()
    {
        while (await ReadFrame() is { } frame)
        {
            if (frame.First == 0x88) return (frame.Payload[0] << 8) | frame.Payload[1];
        }
        return null;
    }

    public void Dispose() => _client.Dispose();

    private async Task<byte[]> Read(int count)
    {
        var bytes = new byte[count];
        using var deadline = new CancellationTokenSource(Wait.Longest);
        await _stream.ReadExactlyAsync(bytes, deadline.Token);
        return bytes;
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DeltaStream.TestSupport;

/// <summary>A TCP connection to a server, byte by byte: what no library would send.</summary>
public sealed class RawConnection : IDisposable
{
    private readonly Socket _socket;

    private RawConnection(Socket socket) => _socket = socket;

    /// <summary>The head of the last response that was read.</summary>
    public string Head { get; private set; } = "";

    /// <summary>Connects.</summary>
    /// <param name="from">The address to come from: all of 127.0.0.0/8 is this machine.</param>
    public static async Task<RawConnection> OpenAsync(int port, string from = "127.0.0.1")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // The server took it and broke it at once: the next read finds its end.
        }
        return new RawConnection(socket);
    }

    /// <summary>Connects and makes it a WebSocket.</summary>
    public static async Task<RawConnection> OpenWebSocketAsync(int port, string path, string headers = "", string from = "127.0.0.1")
    {
        var connection = await OpenAsync(port, from);
        await connection.SendAsync(
            $"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n");
        var head = await connection.ReadHeadAsync();
        return head.StartsWith("HTTP/1.1 101", StringComparison.Ordinal) && head.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", StringComparison.OrdinalIgnoreCase)
            ? connection
            : throw new InvalidOperationException($"answered {head}");
    }

    /// <summary>Sends bytes; false where the server has closed, or takes no more within this time.</summary>
    public async Task<bool> SendAsync(ReadOnlyMemory<byte> bytes, TimeSpan? within = null)
    {
        using var timeout = new CancellationTokenSource(within ?? Timeout.InfiniteTimeSpan);
        try
        {
            while (bytes.Length > 0) bytes = bytes[await _socket.SendAsync(bytes, timeout.Token)..];
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="SendAsync(ReadOnlyMemory{byte}, TimeSpan?)"/>
    public Task<bool> SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Reads a response's head; empty where the server closed without one.</summary>
    public async Task<string> ReadHeadAsync(TimeSpan? within = null)
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await ReadAsync(1, within) is not [var one]) return "";
            head.Append((char)one);
        }
        return Head = head.ToString();
    }

    /// <summary>Reads a response's head; its status, or 0 where the server closed without one.</summary>
    public async Task<int> ReadStatusAsync(TimeSpan? within = null) => await ReadHeadAsync(within) is { Length: > 0 } head ? int.Parse(head.AsSpan(9, 3)) : 0;

    /// <summary>Reads one response that says how long it is.</summary>
    public async Task<(int Status, string Body)> ReadResponseAsync()
    {
        var head = await ReadHeadAsync();
        var at = head.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase) + 16;
        var body = await ReadAsync(int.Parse(head.AsSpan(at, head.IndexOf('\r', at) - at)));
        return (int.Parse(head.AsSpan(9, 3)), Encoding.Latin1.GetString(body));
    }

    /// <summary>Reads one frame of the server's that is shorter than 64 KB: its first byte and its payload; null where the server closed without one.</summary>
    public async Task<(byte First, byte[] Payload)?> ReadFrameAsync()
    {
        if (await ReadAsync(2) is not [var first, var length]) return null;
        var extended = length == 126 ? await ReadAsync(2) : [0, length];
        return (first, await ReadAsync((extended[0] << 8) | extended[1]));
    }

    /// <summary>Reads to the close frame; its code, or null where the server closed without one.</summary>
    public async Task<int?> ReadCloseCodeAsync()
    {
        while (await ReadFrameAsync() is { } frame)
            if (frame.First == 0x88) return (frame.Payload[0] << 8) | frame.Payload[1];
        return null;
    }

    /// <summary>Reads what comes until the server closes; throws where it does not.</summary>
    public Task<byte[]> ReadToEndAsync(TimeSpan? within = null) => ReadAsync(int.MaxValue, within);

    /// <summary>Reads until a text has come; what was read, or null where the server closed before.</summary>
    public async Task<string?> ReadUntilAsync(string text)
    {
        var all = new StringBuilder();
        var buffer = new byte[16 * 1024];
        while (await ReadSomeAsync(buffer, null) is > 0 and var count)
        {
            // Far enough back that a text which came in two parts is found.
            var from = Math.Max(0, all.Length - text.Length);
            all.Append(Encoding.Latin1.GetString(buffer, 0, count));
            if (all.ToString(from, all.Length - from).Contains(text, StringComparison.Ordinal)) return all.ToString();
        }
        return null;
    }

    /// <summary>Throws away what there is to read; false once the server has closed.</summary>
    public bool DrainAvailable()
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (_socket.Poll(0, SelectMode.SelectRead))
                if (_socket.Receive(buffer) == 0) return false;
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Reads so many bytes; fewer where the server closed before.</summary>
    private async Task<byte[]> ReadAsync(int count, TimeSpan? within = null)
    {
        var all = new MemoryStream();
        var buffer = new byte[Math.Min(count, 16 * 1024)];
        while (all.Length < count && await ReadSomeAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, count - all.Length)), within) is > 0 and var read) all.Write(buffer, 0, read);
        return all.ToArray();
    }

    private async Task<int> ReadSomeAsync(Memory<byte> buffer, TimeSpan? within)
    {
        using var timeout = new CancellationTokenSource(within ?? Eventually.Patience);
        try
        {
            return await _socket.ReceiveAsync(buffer, timeout.Token);
        }
        catch (SocketException)
        {
            return 0;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException("the server neither answered nor closed");
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using DeltaStream.TestSupport;

namespace DeltaStream.Abuse.Tests;

/// <summary>A TCP connection to a node, byte by byte: what no library would send.</summary>
public sealed class RawConnection : IDisposable
{
    private readonly Socket _socket;

    private RawConnection(Socket socket) => _socket = socket;

    /// <summary>Connects.</summary>
    /// <param name="port">The node's port.</param>
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
            // The node took it and broke it at once: whoever reads finds its end.
        }
        return new RawConnection(socket);
    }

    /// <summary>Connects and makes it a WebSocket.</summary>
    public static async Task<RawConnection> OpenWebSocketAsync(int port, string path, string headers = "", string from = "127.0.0.1")
    {
        var connection = await OpenAsync(port, from);
        await connection.SendAsync(
            $"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n");
        var status = await connection.ReadStatusAsync();
        return status == 101 ? connection : throw new InvalidOperationException($"answered {status}");
    }

    /// <summary>Sends bytes; false where the node has closed.</summary>
    public async Task<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0) bytes = bytes[await _socket.SendAsync(bytes)..];
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="SendAsync(ReadOnlyMemory{byte})"/>
    public Task<bool> SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Reads a response's head; its status, or 0 where the node closed without one.</summary>
    public async Task<int> ReadStatusAsync(TimeSpan? within = null)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await ReadAsync(one, within) == 0) return 0;
            head.Append((char)one[0]);
        }
        return int.Parse(head.ToString(9, 3));
    }

    /// <summary>Reads what comes until the node closes; throws where it does not.</summary>
    public async Task<byte[]> ReadToEndAsync(TimeSpan? within = null)
    {
        var all = new MemoryStream();
        var buffer = new byte[4096];
        while (await ReadAsync(buffer, within) is > 0 and var count) all.Write(buffer, 0, count);
        return all.ToArray();
    }

    /// <summary>Reads until a text has come; what was read, or null where the node closed before.</summary>
    public async Task<string?> ReadUntilAsync(string text, TimeSpan? within = null)
    {
        var all = new StringBuilder();
        var buffer = new byte[16 * 1024];
        while (await ReadAsync(buffer, within) is > 0 and var count)
        {
            // Far enough back that a text which came in two parts is found.
            var from = Math.Max(0, all.Length - text.Length);
            all.Append(Encoding.Latin1.GetString(buffer, 0, count));
            if (all.ToString(from, all.Length - from).Contains(text, StringComparison.Ordinal)) return all.ToString();
        }
        return null;
    }

    /// <summary>Reads one response that says how long it is.</summary>
    public async Task<(int Status, string Body)> ReadResponseAsync()
    {
        var head = await ReadUntilAsync("\r\n\r\n") ?? throw new IOException("the node closed");
        var end = head.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        var at = head.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase) + 16;
        var length = int.Parse(head[at..head.IndexOf('\r', at)]);
        var body = new StringBuilder(head[end..]);
        var buffer = new byte[16 * 1024];
        while (body.Length < length && await ReadAsync(buffer, null) is > 0 and var count) body.Append(Encoding.Latin1.GetString(buffer, 0, count));
        return (int.Parse(head[9..12]), body.ToString());
    }

    /// <summary>Sends for so long; false where the node closed, or reads no more.</summary>
    public async Task<bool> TrySendAsync(ReadOnlyMemory<byte> bytes, TimeSpan within)
    {
        using var timeout = new CancellationTokenSource(within);
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

    /// <summary>Throws away what there is to read; false once the node has closed.</summary>
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

    /// <summary>Breaks it with a reset instead of a farewell.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private async Task<int> ReadAsync(byte[] buffer, TimeSpan? within)
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
            throw new TimeoutException("the node neither answered nor closed");
        }
    }
}

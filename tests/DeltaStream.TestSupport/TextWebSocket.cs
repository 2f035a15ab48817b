using System.Net.WebSockets;
using System.Text;

namespace DeltaStream.TestSupport;

/// <summary>A WebSocket as it is: what is sent and what comes, text by text, and how it ends.</summary>
public sealed class TextWebSocket : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _received = [];
    private Task _reading = Task.CompletedTask;

    private TextWebSocket() { }

    /// <summary>What has come so far.</summary>
    public IReadOnlyList<string> Received
    {
        get
        {
            lock (_received) return [.. _received];
        }
    }

    /// <summary>The code it was closed with; null while it is open or where it broke.</summary>
    public int? CloseCode => (int?)_socket.CloseStatus;

    /// <summary>Whether it is over.</summary>
    public bool IsClosed => _reading.IsCompleted;

    /// <summary>Opens one at a path of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="headers">Further headers of the handshake.</param>
    /// <exception cref="WebSocketException">The handshake was refused.</exception>
    public static async Task<TextWebSocket> OpenAsync(NodeProcess node, string path, params (string Name, string Value)[] headers)
    {
        var socket = new TextWebSocket();
        foreach (var (name, value) in headers) socket._socket.Options.SetRequestHeader(name, value);
        await socket._socket.ConnectAsync(new Uri($"ws://127.0.0.1:{node.Port}{path}"), default);
        socket._reading = socket.ReadAsync();
        return socket;
    }

    /// <summary>Sends a text; one that can't leave any more is lost.</summary>
    public async Task SendAsync(string text)
    {
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException)
        {
            // It was closed meanwhile.
        }
    }

    /// <summary>The first text, come or to come, that fits.</summary>
    public async Task<string> ExpectAsync(Func<string, bool> fits, string what)
    {
        string? found = null;
        await Eventually.True(() => (found = Received.FirstOrDefault(fits)) is not null || IsClosed, what);
        return found ?? Received.FirstOrDefault(fits) ?? throw new TimeoutException($"closed with {CloseCode} without {what}; received:\n{string.Join('\n', Received)}");
    }

    /// <summary>The first text that contains this.</summary>
    public Task<string> ExpectAsync(string part) => ExpectAsync(text => text.Contains(part, StringComparison.Ordinal), part);

    /// <summary>Waits for its end; gives the code.</summary>
    public async Task<int?> EndAsync()
    {
        await Eventually.True(() => IsClosed, "the end of the WebSocket");
        return CloseCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[16 * 1024];
        var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer, _stop.Token);
                if (part.MessageType == WebSocketMessageType.Close) return;
                message.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage) continue;
                var text = Encoding.UTF8.GetString(message.ToArray());
                message.SetLength(0);
                lock (_received) _received.Add(text);
                if (text == "2") await SendAsync("3");
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The connection is over, one way or the other.
        }
    }
}

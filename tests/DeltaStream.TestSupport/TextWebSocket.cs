using System.Net.WebSockets;

namespace DeltaStream.TestSupport;

/// <summary>A WebSocket as it is: what is sent and what comes, text by text, and how it ends.</summary>
public sealed class TextWebSocket : IAsyncDisposable
{
    private readonly WebSocketTexts _socket;
    private readonly List<string> _received = [];

    private TextWebSocket() => _socket = new(Keep);

    /// <summary>What has come so far.</summary>
    public IReadOnlyList<string> Received
    {
        get
        {
            lock (_received) return [.. _received];
        }
    }

    /// <summary>The code it was closed with; null while it is open or where it broke.</summary>
    public int? CloseCode => _socket.CloseCode;

    /// <summary>Whether it is over.</summary>
    public bool IsClosed => _socket.IsClosed;

    /// <summary>Opens one at a path of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="headers">Further headers of the handshake.</param>
    /// <exception cref="WebSocketException">The handshake was refused.</exception>
    public static async Task<TextWebSocket> OpenAsync(NodeProcess node, string path, params (string Name, string Value)[] headers)
    {
        var socket = new TextWebSocket();
        await socket._socket.OpenAsync(new Uri($"ws://127.0.0.1:{node.Port}{path}"), headers);
        return socket;
    }

    /// <summary>Sends a text; one that can't leave any more is lost.</summary>
    public Task SendAsync(string text) => _socket.SendAsync(text);

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
    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    private void Keep(string text)
    {
        lock (_received) _received.Add(text);
    }
}

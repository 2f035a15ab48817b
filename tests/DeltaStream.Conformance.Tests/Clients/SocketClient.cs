using System.Net.WebSockets;
using System.Text;

namespace DeltaStream.Conformance.Tests.Clients;

/// <summary>A WebSocket client that answers nothing by itself.</summary>
internal sealed class SocketClient : IDisposable
{
    private const string Bin = "bin:";

    private readonly ClientWebSocket _socket;
    private readonly byte[] _buffer = new byte[ConformanceHost.MaxPayload + 100];

    private SocketClient(ClientWebSocket socket) => _socket = socket;

    /// <summary>The code that the server closed with; null while open, or where it ended the connection without one.</summary>
    public int? CloseCode { get; private set; }

    /// <summary>Opens a WebSocket; nothing is read yet.</summary>
    public static async Task<SocketClient> Connect(ConformanceHost host, string pathAndQuery, string address = "127.0.0.1")
    {
        var socket = NewSocket();
        await socket.ConnectAsync(new Uri($"ws://{address}:{host.Port}{pathAndQuery}"), Deadline());
        return new SocketClient(socket);
    }

    /// <summary>Opens an Engine.IO session and reads its handshake.</summary>
    public static async Task<SocketClient> Open(ConformanceHost host, string path = Paths.Engine)
    {
        var client = await Connect(host, path + Paths.WebSocketQuery);
        Assert.StartsWith("0{", await client.Receive());
        return client;
    }

    /// <summary>The HTTP status that refuses a WebSocket.</summary>
    public static async Task<int> Refusal(ConformanceHost host, string pathAndQuery)
    {
        using var socket = NewSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://127.0.0.1:{host.Port}{pathAndQuery}"), Deadline()));
        return (int)socket.HttpStatusCode;
    }

    public Task Send(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Deadline());

    public Task SendBinary(params byte[] data) => _socket.SendAsync(data, WebSocketMessageType.Binary, true, Deadline());

    /// <summary>Sends text, and <c>bin:</c> with hexadecimal digits as binary.</summary>
    public Task SendShown(string shown) =>
        shown.StartsWith(Bin, StringComparison.Ordinal) ? SendBinary(Convert.FromHexString(shown[Bin.Length..])) : Send(shown);

    /// <summary>The next message: text, or <c>bin:</c> and hexadecimal digits; null when the server has closed.</summary>
    public async Task<string?> Receive()
    {
        try
        {
            var length = 0;
            while (true)
            {
                var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), Deadline());
                length += part.Count;
                if (part.MessageType == WebSocketMessageType.Close) return Closed();
                if (!part.EndOfMessage) continue;
                return part.MessageType == WebSocketMessageType.Text
                    ? Encoding.UTF8.GetString(_buffer, 0, length)
                    : Bin + Convert.ToHexStringLower(_buffer.AsSpan(0, length));
            }
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    /// <summary>The next message that is no heartbeat; pings are answered.</summary>
    public async Task<string?> ReceiveMessage()
    {
        string? message;
        while ((message = await Receive()) == "2") await Send("3");
        return message;
    }

    /// <summary>Checks the next messages, the heartbeat's left out.</summary>
    public async Task Expect(params string[] messages)
    {
        foreach (var message in messages) Assert.Equal(message, await ReceiveMessage());
    }

    /// <summary>Reads to the end that the server makes; answers pings.</summary>
    public async Task<List<string>> ReadToEnd()
    {
        var messages = new List<string>();
        while (await ReceiveMessage() is { } message) messages.Add(message);
        return messages;
    }

    /// <summary>Ends the connection as a client does that is done with it.</summary>
    public Task Close() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Deadline());

    public void Dispose() => _socket.Dispose();

    private string? Closed()
    {
        CloseCode = (int?)_socket.CloseStatus;
        return null;
    }

    private static ClientWebSocket NewSocket()
    {
        var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        return socket;
    }

    private static CancellationToken Deadline() => new CancellationTokenSource(Wait.Longest).Token;
}

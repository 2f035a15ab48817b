using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace DeltaStream.TestSupport;

/// <summary>A client of Socket.IO, Engine.IO or <c>/ws</c> over a WebSocket, by hand: no library between the test and the texts.</summary>
public sealed class TestClient : IAsyncDisposable, IDisposable
{
    /// <summary>The path of a Socket.IO session that begins on a WebSocket.</summary>
    public const string SocketIo = "/socket.io/?EIO=4&transport=websocket";

    private readonly ClientWebSocket _socket = new();
    private readonly TestClientOptions _options;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(string Text, long At)> _received = [];
    private readonly List<ReceivedEvent> _events = [];
    private readonly Channel<string> _next = Channel.CreateUnbounded<string>();
    private TaskCompletionSource _mayRead = new();
    private Task _reading = Task.CompletedTask;
    private int _parsed;

    private TestClient(TestClientOptions options)
    {
        _options = options;
        _mayRead.SetResult();
    }

    /// <summary>The texts that have come so far; binary data is <c>bin:</c> and hexadecimal digits.</summary>
    public IReadOnlyList<string> Received
    {
        get
        {
            lock (_received) return [.. _received.Select(it => it.Text)];
        }
    }

    public IReadOnlyList<ReceivedEvent> Events
    {
        get
        {
            lock (_received)
            {
                for (; _parsed < _received.Count; _parsed++)
                    if (ReceivedEvent.Parse(_received[_parsed].Text, _received[_parsed].At) is { } found) _events.Add(found);
                return [.. _events];
            }
        }
    }

    /// <summary>Whether the server has closed, or the connection has broken.</summary>
    public bool IsClosed => _reading.IsCompleted;

    /// <summary>The code that the server closed with; null while it is open or where it broke.</summary>
    public int? CloseCode => (int?)_socket.CloseStatus;

    /// <summary>Opens a WebSocket; null and the status where the server refuses it.</summary>
    public static async Task<(HttpStatusCode Status, TestClient? Client)> TryOpenAsync(Uri url, TestClientOptions? options = null)
    {
        var client = new TestClient(options ?? new());
        try
        {
            await client.ConnectAsync(new UriBuilder(url) { Scheme = url.Scheme.Replace("http", "ws", StringComparison.Ordinal) }.Uri);
            return (client._socket.HttpStatusCode, client);
        }
        catch (WebSocketException) when (client._socket.HttpStatusCode != 0)
        {
            await client.DisposeAsync();
            return (client._socket.HttpStatusCode, null);
        }
    }

    /// <exception cref="WebSocketException">The handshake was refused.</exception>
    public static Task<TestClient> OpenAsync(NodeProcess node, string path, params (string Name, string Value)[] headers) =>
        OpenAsync(new Uri(node.Url, path), new() { Headers = headers });

    /// <exception cref="WebSocketException">The handshake was refused.</exception>
    public static async Task<TestClient> OpenAsync(Uri url, TestClientOptions? options = null)
    {
        var (status, client) = await TryOpenAsync(url, options);
        return client ?? throw new WebSocketException($"{url} is answered {(int)status}");
    }

    /// <summary>Connects over Socket.IO and waits for <c>connected</c>.</summary>
    public static async Task<TestClient> ConnectAsync(NodeProcess node)
    {
        var client = await OpenAsync(node, SocketIo);
        await client.SendAsync("40");
        await client.ExpectAsync("connected");
        return client;
    }

    /// <summary>Sends a text; it is lost where the connection has ended.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    /// <summary>Sends binary data; it is lost where the connection has ended.</summary>
    public Task SendBinaryAsync(params byte[] data) => SendAsync(data, WebSocketMessageType.Binary);

    /// <summary>Sends a Socket.IO event.</summary>
    /// <param name="json">Its data; null: none.</param>
    public Task EmitAsync(string name, string? json = null) => SendAsync($"42[{JsonSerializer.Serialize(name)}{(json is null ? "" : "," + json)}]");

    /// <summary>Subscribes over Socket.IO and waits for the answer.</summary>
    public async Task SubscribeAsync(string type, string symbol, string? expiry = null)
    {
        await EmitAsync("subscribe", JsonSerializer.Serialize(expiry is null ? new { type, symbol } : (object)new { type, symbol, expiry }));
        var room = expiry is null ? $"{type}:{symbol}" : $"{type}:{symbol}:{expiry}";
        await ExpectAsync("subscribed", e => e.Data.GetProperty("room").GetString() == room);
    }

    /// <summary>Leaves <c>general</c>: what comes from now on comes for other rooms.</summary>
    public async Task LeaveGeneralAsync()
    {
        await EmitAsync("unsubscribe", """{"type":"general"}""");
        await ExpectAsync("unsubscribed", e => e.Data.GetProperty("room").GetString() == "general");
    }

    /// <summary>The first event of this name, come or to come, that fits.</summary>
    public Task<ReceivedEvent> ExpectAsync(string name, Func<ReceivedEvent, bool>? fits = null, TimeSpan? within = null) =>
        FirstAsync(() => Events.FirstOrDefault(e => e.Name == name && (fits?.Invoke(e) ?? true)), $"event {name}", within);

    /// <summary>The first text, come or to come, that fits.</summary>
    public Task<string> ExpectTextAsync(Func<string, bool> fits, string what) => FirstAsync(() => Received.FirstOrDefault(fits), what, null);

    /// <summary>The first text that contains this.</summary>
    public Task<string> ExpectTextAsync(string part) => ExpectTextAsync(text => text.Contains(part, StringComparison.Ordinal), part);

    /// <summary>All events of this name so far.</summary>
    public IReadOnlyList<ReceivedEvent> Of(string name) => [.. Events.Where(e => e.Name == name)];

    /// <summary>The texts one after the other: the next one, or null once the connection has ended.</summary>
    public async Task<string?> ReceiveAsync()
    {
        using var timeout = new CancellationTokenSource(Eventually.Patience);
        return await _next.Reader.WaitToReadAsync(timeout.Token) && _next.Reader.TryRead(out var text) ? text : null;
    }

    public void Pause()
    {
        if (_mayRead.Task.IsCompleted) _mayRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Resume() => _mayRead.TrySetResult();

    /// <summary>Waits until the server has closed; gives the code.</summary>
    public async Task<int?> EndAsync()
    {
        await Eventually.True(() => IsClosed, "the end of the WebSocket");
        return CloseCode;
    }

    public async Task CloseAsync()
    {
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
        await EndAsync();
    }

    public void Dispose()
    {
        Resume();
        _stop.Cancel();
        _socket.Abort();
        _socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _reading;
        _stop.Dispose();
    }

    private async Task ConnectAsync(Uri url)
    {
        _socket.Options.CollectHttpResponseDetails = true;
        foreach (var (name, value) in _options.Headers) _socket.Options.SetRequestHeader(name, value);
        using var handler = new SocketsHttpHandler { UseProxy = false, ConnectCallback = OpenSocketAsync };
        if (_options.Tls is { } tls) handler.SslOptions = tls;
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        await _socket.ConnectAsync(url, invoker, default);
        _reading = ReadAsync();
    }

    private async ValueTask<Stream> OpenSocketAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (_options.ReceiveBuffer is { } size) socket.ReceiveBufferSize = size;
        if (_options.From is { } from) socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(context.DnsEndPoint, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task SendAsync(byte[] data, WebSocketMessageType type)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(data, type, true, _stop.Token);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The reading side ends as well, and the test sees that.
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadAsync()
    {
        var message = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                await _mayRead.Task;
                var part = await _socket.ReceiveAsync(message.GetMemory(16 * 1024), _stop.Token);
                if (part.MessageType == WebSocketMessageType.Close) return;
                message.Advance(part.Count);
                if (!part.EndOfMessage) continue;
                var text = part.MessageType == WebSocketMessageType.Text ? Encoding.UTF8.GetString(message.WrittenSpan) : "bin:" + Convert.ToHexStringLower(message.WrittenSpan);
                message.ResetWrittenCount();
                Take(text);
                if (text == "2" && _options.AnswersPings) await SendAsync("3");
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The connection is over, one way or the other.
        }
        finally
        {
            _next.Writer.Complete();
        }
    }

    private void Take(string text)
    {
        if (_options.OnText is { } onText)
        {
            onText(text);
            return;
        }
        lock (_received) _received.Add((text, Stopwatch.GetTimestamp()));
        _next.Writer.TryWrite(text);
    }

    private async Task<T> FirstAsync<T>(Func<T?> find, string what, TimeSpan? within) where T : class
    {
        T? found = null;
        // What came before the end is there once the end is seen.
        await Eventually.True(() => IsClosed || (found = find()) is not null, what, within);
        return found ?? find() ?? throw new TimeoutException($"closed with {CloseCode} without {what}; received:\n{string.Join('\n', Received)}");
    }

    private static bool IsEnd(Exception e) => e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException;
}

using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using DeltaStream.TestSupport;

namespace DeltaStream.Cluster.Tests;

/// <summary>A Socket.IO client that keeps nothing but the last value of each key, and checks each that comes against it.</summary>
internal sealed class SoakClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentQueue<string> _violations;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<(string Event, string Product), int> _last = new();
    private readonly ConcurrentDictionary<(string Event, string Product), int> _counts = new();
    private readonly HashSet<(string Event, string Product)> _mayRepeat = [];
    private readonly ConcurrentDictionary<string, bool> _rooms = new();
    private readonly Queue<string> _trail = new();
    private TaskCompletionSource _reads = Open();
    private Task _reading = Task.CompletedTask;

    private SoakClient(ConcurrentQueue<string> violations) => _violations = violations;

    public bool IsClosed => _reading.IsCompleted;

    /// <summary>Connects; the socket's own buffer is small, so that a pause is soon felt by the node.</summary>
    public static async Task<SoakClient> ConnectAsync(NodeProcess node, ConcurrentQueue<string> violations)
    {
        var client = new SoakClient(violations);
        using var handler = new SocketsHttpHandler { ConnectCallback = ConnectAsync };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        await client._socket.ConnectAsync(new Uri($"ws://127.0.0.1:{node.Port}/socket.io/?EIO=4&transport=websocket"), invoker, default);
        client._reading = client.ReadAsync();
        await client.SendAsync("40");
        return client;
    }

    /// <summary>Reads nothing from now on.</summary>
    public void Pause()
    {
        if (_reads.Task.IsCompleted) _reads = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Reads again.</summary>
    public void Resume() => _reads.TrySetResult();

    public Task EmitAsync(string name, string type, string symbol) =>
        SendAsync($$"""42["{{name}}",{"type":"{{type}}","symbol":"{{symbol}}"}]""");

    /// <summary>Sends an event without data.</summary>
    public Task EmitAsync(string name) => SendAsync($"42[\"{name}\"]");

    /// <summary>Whether it has been told that it is in the room.</summary>
    public bool IsIn(string room) => _rooms.ContainsKey(room);

    /// <summary>How many values of a key it has received.</summary>
    public int Received(string name, string product) => _counts.GetValueOrDefault((name, product));

    /// <summary>What it is subscribed to and does not have this price of.</summary>
    public IEnumerable<string> Missing(IEnumerable<string> products, int price) =>
        from product in products
        from name in (string[])(_rooms.ContainsKey("chain:" + product) ? ["underlying_update", "chain_summary", "chain_update"] : ["underlying_update", "chain_summary"])
        where !_last.TryGetValue((name, product), out var last) || last != price
        select $"{name} of {product} (has {_last.GetValueOrDefault((name, product))} of {price})";

    public async ValueTask DisposeAsync()
    {
        Resume();
        await _stop.CancelAsync();
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 64 * 1024 };
        await socket.ConnectAsync(context.DnsEndPoint, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task SendAsync(string text)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, _stop.Token);
        }
        catch (WebSocketException)
        {
            // Closed by the node: the reading side ends, and the test sees it.
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[128 * 1024];
        var length = 0;
        try
        {
            while (true)
            {
                await _reads.Task;
                var part = await _socket.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
                if (part.MessageType == WebSocketMessageType.Close) return;
                length += part.Count;
                if (!part.EndOfMessage) continue;
                await HandleAsync(buffer.AsMemory(0, length));
                length = 0;
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The connection is over, one way or the other.
        }
    }

    private async Task HandleAsync(ReadOnlyMemory<byte> message)
    {
        if (message.Span.SequenceEqual("2"u8)) await SendAsync("3");
        if (!message.Span.StartsWith("42"u8)) return;
        using var document = JsonDocument.Parse(message[2..]);
        if (document.RootElement.GetArrayLength() < 2) return;
        var (name, data) = (document.RootElement[0].GetString()!, document.RootElement[1]);
        switch (name)
        {
            case "subscribed" or "unsubscribed":
                Joined(data.GetProperty("room").GetString()!, name == "subscribed");
                break;
            case "underlying_update":
                Check(name, data, "price");
                break;
            case "chain_update" or "chain_summary":
                Check(name, data, "spot_price");
                break;
        }
    }

    /// <summary>A snapshot repeats what the client has, but only the first value after the answer may.</summary>
    private void Joined(string room, bool isJoin)
    {
        var product = room[(room.IndexOf(':') + 1)..];
        Note($"{(isJoin ? "joined" : "left")} {room}");
        if (isJoin) _rooms[room] = true;
        else _rooms.TryRemove(room, out _);
        if (isJoin) _mayRepeat.Add((room.StartsWith("chain", StringComparison.Ordinal) ? "chain_update" : "underlying_update", product));
    }

    private void Check(string name, JsonElement data, string field)
    {
        var key = (name, data.GetProperty("product").GetString()!);
        var price = data.GetProperty(field).GetInt32();
        var mayRepeat = _mayRepeat.Remove(key);
        if (_last.TryGetValue(key, out var last) && (price < last || (price == last && !mayRepeat)))
            _violations.Enqueue($"{name} of {key.Item2}: {price} after {last}; before it: {string.Join(", ", _trail)}");
        Note($"{name} {key.Item2} {price}");
        _counts[key] = _counts.GetValueOrDefault(key) + 1;
        _last[key] = price;
    }

    // What led to a violation, for its message.
    private void Note(string what)
    {
        if (_trail.Count == 40) _trail.Dequeue();
        _trail.Enqueue(what);
    }
}

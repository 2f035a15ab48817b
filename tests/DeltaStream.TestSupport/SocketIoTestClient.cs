using System.Diagnostics;
using System.Text.Json;

namespace DeltaStream.TestSupport;

/// <summary>One event that a client received.</summary>
/// <param name="Name">The event's name.</param>
/// <param name="Data">Its data.</param>
/// <param name="Text">Its data as it was written.</param>
/// <param name="At">When it came: a timestamp of <see cref="Stopwatch"/>.</param>
public sealed record ReceivedEvent(string Name, JsonElement Data, string Text, long At);

/// <summary>Socket.IO over WebSocket by hand: no library between the test and the bytes.</summary>
public sealed class SocketIoTestClient : IAsyncDisposable
{
    private readonly WebSocketTexts _socket;
    private readonly List<ReceivedEvent> _events = [];

    private SocketIoTestClient() => _socket = new(Keep);

    /// <summary>What has come so far.</summary>
    public IReadOnlyList<ReceivedEvent> Events
    {
        get
        {
            lock (_events) return _events.ToArray();
        }
    }

    /// <summary>Whether the server has closed, or the connection has broken.</summary>
    public bool IsClosed => _socket.IsClosed;

    /// <summary>The close code, once there is one.</summary>
    public int? CloseCode => _socket.CloseCode;

    /// <summary>Connects and waits for <c>connected</c>.</summary>
    public static async Task<SocketIoTestClient> ConnectAsync(NodeProcess node)
    {
        var client = new SocketIoTestClient();
        await client._socket.OpenAsync(new Uri($"ws://{node.Url.Authority}/socket.io/?EIO=4&transport=websocket"));
        await client._socket.SendAsync("40");
        await client.ExpectAsync("connected");
        return client;
    }

    /// <summary>Sends an event.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="json">Its data.</param>
    public Task EmitAsync(string name, string json) => _socket.SendAsync($"42[{JsonSerializer.Serialize(name)},{json}]");

    /// <summary>Sends an event without data.</summary>
    public Task EmitAsync(string name) => _socket.SendAsync($"42[{JsonSerializer.Serialize(name)}]");

    /// <summary>Subscribes and waits until the server says so.</summary>
    public async Task SubscribeAsync(string type, string symbol, string? expiry = null)
    {
        await EmitAsync("subscribe", JsonSerializer.Serialize(expiry is null ? new { type, symbol } : (object)new { type, symbol, expiry }));
        var room = expiry is null ? $"{type}:{symbol}" : $"{type}:{symbol}:{expiry}";
        await ExpectAsync("subscribed", e => e.Data.GetProperty("room").GetString() == room);
    }

    /// <summary>The first event of this name, come or to come, that fits.</summary>
    public async Task<ReceivedEvent> ExpectAsync(string name, Func<ReceivedEvent, bool>? fits = null, TimeSpan? within = null)
    {
        ReceivedEvent? found = null;
        await Eventually.True(() => (found = Events.FirstOrDefault(e => e.Name == name && (fits?.Invoke(e) ?? true))) is not null,
            $"event {name}", within);
        return found!;
    }

    /// <summary>All events of this name so far.</summary>
    public IReadOnlyList<ReceivedEvent> Of(string name) => Events.Where(e => e.Name == name).ToArray();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    private void Keep(string text)
    {
        if (!text.StartsWith("42", StringComparison.Ordinal)) return;
        using var document = JsonDocument.Parse(text.AsMemory(text.IndexOf('[')));
        var data = document.RootElement.GetArrayLength() > 1 ? document.RootElement[1].Clone() : default;
        var json = data.ValueKind == JsonValueKind.Undefined ? "" : data.GetRawText();
        lock (_events) _events.Add(new ReceivedEvent(document.RootElement[0].GetString()!, data, json, Stopwatch.GetTimestamp()));
    }
}

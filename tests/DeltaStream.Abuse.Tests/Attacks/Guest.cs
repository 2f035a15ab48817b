using System.Text.Json;
using DeltaStream.TestSupport;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>A client of either protocol that asks for rooms and counts the answers.</summary>
public sealed class Guest : IAsyncDisposable
{
    private readonly TextWebSocket _socket;
    private readonly bool _isPlain;
    private int _asked;

    private Guest(TextWebSocket socket, bool isPlain) => (_socket, _isPlain) = (socket, isPlain);

    /// <summary>Requests that were granted, by their acknowledgements.</summary>
    public int Joined => Acks("\"status\":\"ok\"");

    /// <summary>Requests that were refused with the code for too many of them.</summary>
    public int Refused => Acks("\"code\":\"too_many_subscriptions\"");

    /// <summary>Requests to join that were answered.</summary>
    public int Answers => Acks("\"status\":");

    /// <summary>The products whose rooms it was let into.</summary>
    public IReadOnlyList<string> Rooms => [.. _socket.Received.Where(IsAck).Where(text => text.Contains("\"room\":\"product:", StringComparison.Ordinal))
        .Select(text => text.Split("\"product:")[1].Split('"')[0])];

    /// <summary>Whether the node has closed.</summary>
    public bool IsClosed => _socket.IsClosed;

    /// <summary>Connects, and leaves <c>general</c>: what comes then comes for the rooms that it asks for.</summary>
    public static async Task<Guest> ComeAsync(NodeProcess node, string path)
    {
        var isPlain = path == "/ws";
        var guest = new Guest(await TextWebSocket.OpenAsync(node, path), isPlain);
        if (!isPlain) await guest._socket.SendAsync("40");
        await guest._socket.ExpectAsync("\"connected\"");
        await guest.UnsubscribeAsync("general", "");
        return guest;
    }

    /// <summary>Asks for a room, and for an acknowledgement.</summary>
    public Task SubscribeAsync(string type, string symbol)
    {
        var id = ++_asked;
        var data = Data(type, symbol);
        return _socket.SendAsync(_isPlain ? $$"""{"event":"subscribe","data":{{data}},"id":{{id}}}""" : $"42{id}[\"subscribe\",{data}]");
    }

    /// <summary>Leaves a room, and waits until it has.</summary>
    public async Task UnsubscribeAsync(string type, string symbol)
    {
        var (data, room) = (Data(type, symbol), symbol.Length == 0 ? type : $"{type}:{symbol}");
        await _socket.SendAsync(_isPlain ? $$"""{"event":"unsubscribe","data":{{data}}}""" : $"42[\"unsubscribe\",{data}]");
        await _socket.ExpectAsync(text => text.Contains("\"unsubscribed\"", StringComparison.Ordinal) && text.Contains($"\"room\":\"{room}\"", StringComparison.Ordinal), "unsubscribed");
    }

    /// <summary>Whether an update has come.</summary>
    public bool Has(string product, int price) => _socket.Received.Any(text =>
        text.Contains("\"underlying_update\"", StringComparison.Ordinal) && text.Contains($"\"{product}\",\"price\":{price},", StringComparison.Ordinal));

    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    private static string Data(string type, string symbol) => JsonSerializer.Serialize(symbol.Length == 0 ? new { type } : (object)new { type, symbol });

    private int Acks(string part) => _socket.Received.Count(text => IsAck(text) && text.Contains(part, StringComparison.Ordinal));

    private bool IsAck(string text) => text.StartsWith(_isPlain ? "{\"event\":\"ack\"" : "43", StringComparison.Ordinal);
}

using System.Text.Json;

namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>A client of either protocol that asks for rooms and counts the acknowledgements.</summary>
public sealed class Guest : IAsyncDisposable
{
    private readonly TestClient _client;
    private readonly bool _isPlain;
    private int _asked;

    private Guest(TestClient client, bool isPlain) => (_client, _isPlain) = (client, isPlain);

    public int Joined => Acks("\"status\":\"ok\"").Count();

    /// <summary>Requests that were refused with the code for too many of them.</summary>
    public int Refused => Acks("\"code\":\"too_many_subscriptions\"").Count();

    public int Answers => Acks("\"status\":").Count();

    /// <summary>The products whose rooms it was let into.</summary>
    public IReadOnlyList<string> Rooms => [.. Acks("\"room\":\"product:").Select(text => text.Split("\"product:")[1].Split('"')[0])];

    public bool IsClosed => _client.IsClosed;

    /// <summary>Connects, and leaves <c>general</c>: what comes then comes for the rooms that it asks for.</summary>
    public static async Task<Guest> ComeAsync(NodeProcess node, string path)
    {
        var guest = new Guest(await TestClient.OpenAsync(node, path), path == "/ws");
        if (!guest._isPlain) await guest._client.SendAsync("40");
        await guest._client.ExpectAsync("connected");
        await guest.UnsubscribeAsync("general", "");
        return guest;
    }

    /// <summary>Asks for a room, and for an acknowledgement.</summary>
    public Task SubscribeAsync(string type, string symbol) => SendAsync("subscribe", type, symbol, ++_asked);

    /// <summary>Leaves a room, and waits until it has.</summary>
    public async Task UnsubscribeAsync(string type, string symbol)
    {
        await SendAsync("unsubscribe", type, symbol, null);
        await _client.ExpectAsync("unsubscribed", e => e.Data.GetProperty("room").GetString() == (symbol.Length == 0 ? type : $"{type}:{symbol}"));
    }

    /// <summary>Whether an update has come.</summary>
    public bool Has(string product, int price) => _client.Of("underlying_update").Any(e =>
        e.Data.GetProperty("product").GetString() == product && e.Data.GetProperty("price").GetInt32() == price);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private Task SendAsync(string name, string type, string symbol, int? id)
    {
        var data = JsonSerializer.Serialize(symbol.Length == 0 ? new { type } : (object)new { type, symbol });
        var withId = id is null ? "" : $",\"id\":{id}";
        return _client.SendAsync(_isPlain ? $$"""{"event":"{{name}}","data":{{data}}{{withId}}}""" : $"42{id}[\"{name}\",{data}]");
    }

    private IEnumerable<string> Acks(string part) => _client.Received.Where(text =>
        text.StartsWith(_isPlain ? "{\"event\":\"ack\"" : "43", StringComparison.Ordinal) && text.Contains(part, StringComparison.Ordinal));
}

using System.Collections.Concurrent;
using System.Text.Json;

namespace DeltaStream.Cluster.Tests;

/// <summary>A Socket.IO client that keeps nothing but the last value of each key, and checks each that comes against it.</summary>
internal sealed class SoakClient : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _violations;
    private readonly ConcurrentDictionary<(string Event, string Product), int> _last = new();
    private readonly ConcurrentDictionary<(string Event, string Product), int> _counts = new();
    private readonly HashSet<(string Event, string Product)> _mayRepeat = [];
    private readonly ConcurrentDictionary<string, bool> _rooms = new();
    private readonly Queue<string> _trail = new();
    private TestClient _client = null!;

    private SoakClient(ConcurrentQueue<string> violations) => _violations = violations;

    public bool IsClosed => _client.IsClosed;

    /// <summary>Connects; the socket's own buffer is small, so that a pause is soon felt by the node.</summary>
    public static async Task<SoakClient> ConnectAsync(NodeProcess node, ConcurrentQueue<string> violations)
    {
        var soak = new SoakClient(violations);
        soak._client = await TestClient.OpenAsync(new Uri(node.Url, TestClient.SocketIo), new() { ReceiveBuffer = 64 * 1024, OnText = soak.Handle });
        await soak._client.SendAsync("40");
        return soak;
    }

    /// <summary>A client on each node, in the room of a product's chains.</summary>
    public static async Task<SoakClient[]> JoinAsync(TestCluster cluster, string product, ConcurrentQueue<string> violations)
    {
        var clients = await Task.WhenAll(cluster.Nodes.Select(node => ConnectAsync(node, violations)));
        foreach (var client in clients) await client.EmitAsync("subscribe", "chain", product);
        await Eventually.True(() => clients.All(client => client.IsIn($"chain:{product}")), "each is in the room");
        return clients;
    }

    public void Pause() => _client.Pause();

    public void Resume() => _client.Resume();

    public Task EmitAsync(string name, string type, string symbol) =>
        _client.EmitAsync(name, $$"""{"type":"{{type}}","symbol":"{{symbol}}"}""");

    public Task EmitAsync(string name) => _client.EmitAsync(name);

    public bool IsIn(string room) => _rooms.ContainsKey(room);

    /// <summary>How many values of a key it has received.</summary>
    public int Received(string name, string product) => _counts.GetValueOrDefault((name, product));

    /// <summary>What it is subscribed to and does not have this price of.</summary>
    public IEnumerable<string> Missing(IEnumerable<string> products, int price) =>
        from product in products
        from name in (string[])(_rooms.ContainsKey("chain:" + product) ? ["underlying_update", "chain_summary", "chain_update"] : ["underlying_update", "chain_summary"])
        where !_last.TryGetValue((name, product), out var last) || last != price
        select $"{name} of {product} (has {_last.GetValueOrDefault((name, product))} of {price})";

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private void Handle(string text)
    {
        if (ReceivedEvent.Parse(text, at: 0) is not { Text.Length: > 0 } e) return;
        var (name, data) = (e.Name, e.Data);
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

using System.Text.Json;
using DeltaStream.TestSupport;
using SocketIOClient;
using SocketIOClient.Transport;

namespace DeltaStream.Cluster.Tests;

/// <summary>
/// The stock .NET client with its own settings, as a program of the platform's uses it: it subscribes whenever it has connected,
/// and coming back after a loss is left to the library.
/// </summary>
internal sealed class StockClient : IAsyncDisposable
{
    private readonly SocketIOClient.SocketIO _client;
    private readonly Lock _gate = new();
    private readonly List<int> _prices = [];
    private int _lost;
    private int _subscribed;

    private StockClient(Uri url, string product)
    {
        _client = new SocketIOClient.SocketIO(url, new SocketIOOptions { Transport = TransportProtocol.WebSocket });
        _client.OnConnected += async (_, _) => await _client.EmitAsync("subscribe", new { type = "product", symbol = product });
        _client.OnDisconnected += (_, _) => Interlocked.Increment(ref _lost);
        _client.On("subscribed", _ => Interlocked.Increment(ref _subscribed));
        _client.On("underlying_update", response =>
        {
            var update = response.GetValue<JsonElement>();
            if (update.GetProperty("product").GetString() != product) return;
            lock (_gate) _prices.Add(update.GetProperty("price").GetInt32());
        });
    }

    /// <summary>Its public id; null while it is not connected.</summary>
    public string? Id => _client.Id;

    /// <summary>How often its connection was lost.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>How often it was told that it is in its room.</summary>
    public int Subscribed => Volatile.Read(ref _subscribed);

    /// <summary>The product's newest price that it has had; 0 before the first.</summary>
    public int Newest
    {
        get
        {
            lock (_gate) return _prices.LastOrDefault();
        }
    }

    /// <summary>Connects; returns when it is in its room.</summary>
    public static async Task<StockClient> ConnectAsync(Uri url, string product)
    {
        var client = new StockClient(url, product);
        await client._client.ConnectAsync();
        await Eventually.True(() => client.Subscribed > 0, "a stock client is in its room", TimeSpan.FromSeconds(30));
        return client;
    }

    /// <summary>Fails where an older price came after a newer one. (Each time it subscribes, the newest one comes again.)</summary>
    public void AssertNoneOlder()
    {
        lock (_gate) Assert.True(_prices.Zip(_prices.Skip(1)).All(pair => pair.First <= pair.Second), string.Join(' ', _prices));
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisconnectAsync();
        _client.Dispose();
    }
}

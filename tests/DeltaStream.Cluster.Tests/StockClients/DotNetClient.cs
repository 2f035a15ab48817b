using System.Text.Json;
using SocketIOClient;
using SocketIOClient.Transport;

namespace DeltaStream.Cluster.Tests.StockClients;

/// <summary>NuGet's SocketIOClient: it subscribes whenever it has connected.</summary>
internal sealed class DotNetClient : StockClient, IAsyncDisposable
{
    private readonly SocketIOClient.SocketIO _client;

    private DotNetClient(Uri url, string product)
    {
        _client = new SocketIOClient.SocketIO(url, new SocketIOOptions { Transport = TransportProtocol.WebSocket });
        _client.OnConnected += async (_, _) => await _client.EmitAsync("subscribe", new { type = "product", symbol = product });
        _client.OnDisconnected += (_, _) => OnLost();
        _client.On("subscribed", _ => OnEntered());
        _client.On("underlying_update", response =>
        {
            var update = response.GetValue<JsonElement>();
            if (update.GetProperty("product").GetString() == product) OnPrice(update.GetProperty("price").GetInt32());
        });
    }

    public override string? Id => _client.Id;

    /// <summary>Connects; returns when it is in its room.</summary>
    public static async Task<DotNetClient> ConnectAsync(Uri url, string product)
    {
        var client = new DotNetClient(url, product);
        await client._client.ConnectAsync();
        await client.EnteredAsync();
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisconnectAsync();
        _client.Dispose();
    }
}

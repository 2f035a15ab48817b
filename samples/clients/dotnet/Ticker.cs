using System.Text.Json.Nodes;

namespace DeltaStream.SampleClients;

/// <summary>A price ticker. Without symbols it shows every product.</summary>
internal static class Ticker
{
    public static void Start(SocketIOClient.SocketIO client, string[] symbols)
    {
        // At most two prices a second of each product; the last one always comes. `status` says when a room has gone quiet.
        object[] rooms = symbols.Length == 0
            ? [new { type = "general", max_rate = 2, status = true }]
            : [.. symbols.Select(symbol => new { type = "product", symbol, max_rate = 2, status = true })];

        // On every connect: after a reconnect the server may have forgotten this client's rooms.
        client.OnConnected += async (_, _) =>
        {
            await client.EmitAsync("subscribe", new { rooms, replace = true });
            if (symbols.Length > 0) await client.EmitAsync("unsubscribe", new { type = "general" });
        };
        client.On("underlying_update", response => Show(response.GetValue<JsonObject>(), "product", "price"));
        client.On("room_status", response => Show(response.GetValue<JsonObject>(), "room", "status"));
        client.On("error", response => Console.Error.WriteLine(response.GetValue<JsonObject>()["message"]));
    }

    private static void Show(JsonObject data, string name, string value) => Console.WriteLine($"{data[name]} {data[value]}");
}

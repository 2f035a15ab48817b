using System.Text.Json.Nodes;

namespace DeltaStream.SampleClients;

/// <summary>A table of one chain: the whole document, or a delta view of it.</summary>
internal static class ChainTable
{
    public static void Start(SocketIOClient.SocketIO client, string symbol, string expiry, string kind)
    {
        var view = kind switch
        {
            "full" => "{}",
            "rows" => """{"mode": "delta", "strikes": 5, "fields": ["last"]}""",
            _ => """{"mode": "delta", "format": "compact", "strikes": 5, "fields": ["last"]}""",
        };
        Held? held = null;
        var isWaiting = false;
        client.OnConnected += async (_, _) =>
        {
            await client.EmitAsync("unsubscribe", new { type = "general" });
            await SubscribeAsync();
        };
        client.On("chain_update", response => Show("full", response.GetValue<JsonObject>(), null));
        // What comes before the answer does not follow on `have`. What comes after it does.
        client.On("chain_snapshot", response =>
        {
            if (isWaiting) return;
            held = Held.From(response.GetValue<JsonObject>());
            Show("snapshot", held.Chain, held.Fields);
        });
        client.On("chain_delta", response =>
        {
            if (isWaiting) return;
            if (held?.Apply(response.GetValue<JsonObject>()) == true) Show("delta", held.Chain, held.Fields);
            else _ = SubscribeAsync();
        });
        client.On("error", response => Console.Error.WriteLine(response.GetValue<JsonObject>()["message"]));

        // With the version that is held: the server sends what has changed since, or a snapshot.
        Task SubscribeAsync()
        {
            isWaiting = true;
            var room = JsonNode.Parse(view)!.AsObject();
            room["type"] = "chain";
            room["symbol"] = symbol;
            room["expiry"] = expiry;
            if (held is not null) room["have"] = held.Version;
            return client.EmitAsync("subscribe", _ => isWaiting = false, room);
        }
    }

    private static void Show(string how, JsonObject chain, string[]? fields)
    {
        JsonNode? Of(JsonNode? row, string name) => fields is null ? row![name] : row![Array.IndexOf(fields, name)];
        var puts = chain["puts"]!.AsArray().ToDictionary(row => (double)Of(row, "strike")!, row => Of(row, "last"));
        var lines = chain["calls"]!.AsArray().Select(row => $"{Of(row, "strike")} {Text(Of(row, "last"))} {Text(puts.GetValueOrDefault((double)Of(row, "strike")!))}");
        Console.WriteLine($"{chain["product"]} {chain["expiry"]} spot {chain["spot_price"]} ({how})\n{string.Join('\n', lines)}\n");
    }

    private static string Text(JsonNode? value) => value?.ToString() ?? "-";
}

// dotnet run -- ticker [url] [symbol…]
// dotnet run -- chain [url] [symbol] [expiry] [full | rows | compact]
using DeltaStream.SampleClients;
using SocketIOClient;
using SocketIOClient.Transport;

var what = args.FirstOrDefault("chain");
var url = args.Skip(1).FirstOrDefault("http://localhost:8002");
using var client = new SocketIOClient.SocketIO(url, new SocketIOOptions
{
    Transport = TransportProtocol.WebSocket,
    ReconnectionDelay = 500,
    ReconnectionDelayMax = 2000,
});
if (what == "ticker") Ticker.Start(client, [.. args.Skip(2)]);
else ChainTable.Start(client, args.ElementAtOrDefault(2) ?? "NIFTY", args.ElementAtOrDefault(3) ?? "2026-11-26", args.ElementAtOrDefault(4) ?? "compact");
await client.ConnectAsync();
await Task.Delay(Timeout.Infinite);

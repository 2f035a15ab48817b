// The baseline of the load test: the cost of a fan-out on Kestrel's own WebSockets, without anything else.
// One loop sends each Redis message to every socket, one after the other.
using System.Collections.Concurrent;
using System.Net.WebSockets;
using StackExchange.Redis;

var sockets = new ConcurrentDictionary<WebSocket, bool>();
var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.UseUrls($"http://127.0.0.1:{Environment.GetEnvironmentVariable("PORT")}");
var app = builder.Build();
app.UseWebSockets();
app.MapGet("/health/ready", () => "ready");
app.Map("/ws", async context =>
{
    using var socket = await context.WebSockets.AcceptWebSocketAsync();
    sockets[socket] = true;
    var buffer = new byte[256];
    try
    {
        while ((await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted)).MessageType != WebSocketMessageType.Close) { }
    }
    catch (Exception e) when (e is WebSocketException or OperationCanceledException)
    {
        // The client went away.
    }
    finally
    {
        sockets.TryRemove(socket, out _);
    }
});

// Kept until the end: without a reference the connection is collected, and the feed stops.
await using var redis = await ConnectionMultiplexer.ConnectAsync(Environment.GetEnvironmentVariable("REDIS_ENDPOINT")!);
var queue = await redis.GetSubscriber().SubscribeAsync(RedisChannel.Pattern("enriched:*"));
queue.OnMessage(async message =>
{
    ReadOnlyMemory<byte> payload = (byte[])message.Message!;
    foreach (var (socket, _) in sockets)
    {
        try
        {
            await socket.SendAsync(payload, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            sockets.TryRemove(socket, out _);
        }
    }
});
await app.RunAsync();

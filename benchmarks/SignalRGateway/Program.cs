// The same fan-out on SignalR with its Redis backplane: rooms are groups, and updates go to the group.
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using StackExchange.Redis;

var endpoint = Environment.GetEnvironmentVariable("REDIS_ENDPOINT")!;
var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.UseUrls($"http://127.0.0.1:{Environment.GetEnvironmentVariable("PORT")}");
builder.Services.AddSignalR(options => options.MaximumReceiveMessageSize = 1 << 20).AddStackExchangeRedis(endpoint);
var app = builder.Build();
app.MapGet("/health/ready", () => "ready");
app.MapHub<MarketHub>("/hub");

var hub = app.Services.GetRequiredService<IHubContext<MarketHub>>();
// Kept until the end: without a reference the connection is collected, and the feed stops.
await using var redis = await ConnectionMultiplexer.ConnectAsync(endpoint);
var queue = await redis.GetSubscriber().SubscribeAsync(RedisChannel.Pattern("enriched:*"));
queue.OnMessage(async message =>
{
    var update = JsonSerializer.Deserialize<JsonElement>((byte[])message.Message!);
    if (message.Channel == "enriched:underlying")
    {
        await hub.Clients.Group("general").SendAsync("underlying_update", update);
        return;
    }

    await hub.Clients.Group("chain:" + update.GetProperty("product").GetString()).SendAsync("chain_update", update);
    await hub.Clients.Group("general").SendAsync("chain_summary", Summary(update));
});
await app.RunAsync();

static Dictionary<string, JsonElement> Summary(JsonElement chain) =>
    new[] { "product", "expiry", "spot_price", "pcr_oi", "max_pain_strike", "atm_straddle_price", "timestamp" }
        .Where(name => chain.TryGetProperty(name, out _)).ToDictionary(name => name, name => chain.GetProperty(name));

/// <summary>Every client is in <c>general</c>, and joins other rooms on request.</summary>
internal sealed class MarketHub : Hub
{
    public override Task OnConnectedAsync() => Groups.AddToGroupAsync(Context.ConnectionId, "general");

    public Task Subscribe(string room) => Groups.AddToGroupAsync(Context.ConnectionId, room);
}

using DeltaStream.ConformanceHost;
using DeltaStream.Node.Transports;

var port = int.Parse(Environment.GetEnvironmentVariable("PORT") ?? "3000");
var settings = new TransportSettings
{
    PingInterval = TimeSpan.FromMilliseconds(300),
    PingTimeout = TimeSpan.FromMilliseconds(200),
    MaxPayload = 1_000_000,
    ConnectTimeout = TimeSpan.FromSeconds(1),
};

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls($"http://localhost:{port}");
builder.Services.AddGatewayTransports(settings);
await using var app = builder.Build();
var server = app.Services.GetRequiredService<TransportServer>();
server.MapEngine(app, "/engine.io", new EngineEcho());
server.MapSockets(app, "/socket.io", new SocketEcho());
await app.StartAsync();
Console.WriteLine($"listening on http://localhost:{port}");
await app.WaitForShutdownAsync();

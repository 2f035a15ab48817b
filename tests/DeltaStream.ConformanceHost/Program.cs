using DeltaStream.ConformanceHost;
using DeltaStream.Node.Transports;

var port = int.Parse(Environment.GetEnvironmentVariable("PORT") ?? "3000");

await using (var rehearsal = Build("http://127.0.0.1:0"))
{
    await rehearsal.StartAsync();
    await Warmup.RunAsync(new Uri(rehearsal.Urls.Single()));
    await rehearsal.StopAsync();
}

await using var app = Build($"http://localhost:{port}");
await app.StartAsync();
Console.WriteLine($"listening on http://localhost:{port}");
await app.WaitForShutdownAsync();

static WebApplication Build(string url)
{
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.WebHost.UseUrls(url);
    builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
    builder.Services.AddGatewayTransports(new TransportSettings
    {
        PingInterval = TimeSpan.FromMilliseconds(300),
        PingTimeout = TimeSpan.FromMilliseconds(200),
        MaxPayload = 1_000_000,
        ConnectTimeout = TimeSpan.FromSeconds(1),
    });
    var app = builder.Build();
    var server = app.Services.GetRequiredService<TransportServer>();
    server.MapEngine(app, "/engine.io", new EngineEcho());
    server.MapSockets(app, "/socket.io", new SocketEcho());
    return app;
}

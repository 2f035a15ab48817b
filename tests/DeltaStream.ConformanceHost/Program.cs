using DeltaStream.ConformanceHost;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Transports;
using DeltaStream.Node.Transports.Connections;

var port = int.Parse(Environment.GetEnvironmentVariable("PORT") ?? "3000");
// For suites on slow machines: all times of the protocol that many times longer.
var pace = int.Parse(Environment.GetEnvironmentVariable("TIME_FACTOR") ?? "1");
var origins = Environment.GetEnvironmentVariable("CORS_ORIGINS") is { } list and not "*" ? OriginPolicy.TryParse(list.Split(','))! : OriginPolicy.Any;

// The rehearsal takes its time: the first requests of a process may take longer than half a second.
await using (var rehearsal = Build("http://127.0.0.1:0", 100))
{
    await rehearsal.StartAsync();
    await Warmup.RunAsync(new Uri(rehearsal.Urls.Single()));
    await rehearsal.StopAsync();
}

await using var app = Build($"http://localhost:{port}", pace);
await app.StartAsync();
Console.WriteLine($"listening on http://localhost:{port}");
await app.WaitForShutdownAsync();

WebApplication Build(string url, int times)
{
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.WebHost.UseUrls(url).ConfigureKestrel(static kestrel => kestrel.ConfigureEndpointDefaults(static listen => listen.UseHandover()));
    builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
    builder.Services.AddGatewayTransports(new TransportSettings
    {
        PingInterval = times * TimeSpan.FromMilliseconds(300),
        PingTimeout = times * TimeSpan.FromMilliseconds(200),
        MaxPayload = 1_000_000,
        ConnectTimeout = times * TimeSpan.FromSeconds(1),
        Origins = origins,
    });
    var app = builder.Build();
    var server = app.Services.GetRequiredService<TransportServer>();
    server.MapEngine(app, "/engine.io", new EngineEcho());
    server.MapSockets(app, "/socket.io", new SocketEcho());
    return app;
}

using DeltaStream.LoadTest.Load;

namespace DeltaStream.LoadTest.Servers;

/// <summary>A server that takes part in the comparison.</summary>
/// <param name="Name">Its name on the command line and in the table.</param>
/// <param name="Start">Starts it on a port, fed by a Redis on another.</param>
/// <param name="Path">Where its WebSocket is.</param>
/// <param name="Dialect">What its clients speak.</param>
/// <param name="IsDotnet">Whether the .NET runtime can be asked about it.</param>
/// <param name="SubscribeToChain">What a client sends to get the chains of NIFTY; empty where everybody gets everything.</param>
internal sealed record Contender(string Name, Func<int, int, MeasuredProcess> Start, string Path, Dialect Dialect, bool IsDotnet, params string[] SubscribeToChain)
{
    private const string SocketIOPath = "/socket.io/?EIO=4&transport=websocket";
    private const string SocketIOSubscribe = """42["subscribe",{"type":"chain","symbol":"NIFTY"}]""";
    private const string SignalRSubscribe = """{"type":1,"target":"Subscribe","arguments":["chain:NIFTY"]}""" + "\u001e";

    public static readonly IReadOnlyList<Contender> All =
    [
        new("gateway", (port, redis) => StartGateway(port, redis, deflate: "off"), SocketIOPath, Dialect.SocketIO, true, SocketIOSubscribe),
        new("deflate", (port, redis) => StartGateway(port, redis, deflate: "on"), SocketIOPath, Dialect.SocketIODeflate, true, SocketIOSubscribe),
        new("socketio", StartSocketIO, SocketIOPath, Dialect.SocketIO, false, SocketIOSubscribe),
        new("signalr", (port, redis) => StartDotnet("benchmarks/SignalRGateway", port, redis), "/hub", Dialect.SignalR, true, SignalRSubscribe),
        new("kestrel", (port, redis) => StartDotnet("benchmarks/BareKestrel", port, redis), "/ws", Dialect.Bare, true),
    ];

    /// <summary>A server by its name, or a gateway that was published into a folder: so a change is compared with what was before it.</summary>
    /// <returns>Null where neither is known.</returns>
    public static Contender? Find(string name) =>
        All.FirstOrDefault(contender => contender.Name == name) ?? (Directory.Exists(name) ? All[0] with
        {
            Name = System.IO.Path.GetFileName(name.TrimEnd('/')),
            Start = (port, redis) => StartGateway(port, redis, deflate: "off", System.IO.Path.Combine(name, "DeltaStream.Node.dll")),
        } : null);

    private static MeasuredProcess StartGateway(int port, int redisPort, string deflate, string? program = null) =>
        new("dotnet", [program ?? Repository.Program("src/DeltaStream.Node")], new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["AUTH_ALLOW_ANONYMOUS"] = "true",
            ["PORT"] = $"{port}",
            ["REDIS_URL"] = $"redis://127.0.0.1:{redisPort}",
            ["CLUSTER_PORT"] = $"{MeasuredProcess.FreePort()}",
            ["BRIDGE_MAX_RATE"] = "0",
            ["WEBSOCKET_DEFLATE"] = deflate,
        });

    private static MeasuredProcess StartDotnet(string project, int port, int redisPort) =>
        new("dotnet", [Repository.Program(project)], Yardstick(port, redisPort));

    private static MeasuredProcess StartSocketIO(int port, int redisPort)
    {
        var folder = System.IO.Path.Combine(Repository.Root, "benchmarks/socketio");
        Repository.InstallPackages(folder);
        return new("node", [System.IO.Path.Combine(folder, "server.js")], Yardstick(port, redisPort));
    }

    private static Dictionary<string, string> Yardstick(int port, int redisPort) => new()
    {
        ["NODE_ENV"] = "production",
        ["PORT"] = $"{port}",
        ["REDIS_ENDPOINT"] = $"127.0.0.1:{redisPort}",
    };
}

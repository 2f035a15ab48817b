using DeltaStream.LoadTest.Load;

namespace DeltaStream.LoadTest.Servers;

/// <summary>A server that takes part in the comparison.</summary>
/// <param name="Name">Its name on the command line and in the table.</param>
/// <param name="Start">Starts it on a port, fed by a Redis on another.</param>
/// <param name="Path">Where its WebSocket is.</param>
/// <param name="Dialect">What its clients speak.</param>
internal sealed record Contender(string Name, Func<int, int, MeasuredProcess> Start, string Path, Dialect Dialect)
{
    public static readonly Contender Gateway = new("gateway", StartGateway, "/socket.io/?EIO=4&transport=websocket", Dialect.SocketIO);

    public static readonly Contender Kestrel = new("kestrel", StartKestrel, "/ws", Dialect.Bare);

    public static readonly IReadOnlyList<Contender> All = [Gateway, Kestrel];

    private static MeasuredProcess StartGateway(int port, int redisPort) =>
        new("dotnet", [Repository.Program("src/DeltaStream.Node")], new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["AUTH_ALLOW_ANONYMOUS"] = "true",
            ["PORT"] = $"{port}",
            ["REDIS_URL"] = $"redis://127.0.0.1:{redisPort}",
            ["CLUSTER_PORT"] = $"{MeasuredProcess.FreePort()}",
            ["BRIDGE_MAX_RATE"] = "0",
        });

    private static MeasuredProcess StartKestrel(int port, int redisPort) =>
        new("dotnet", [Repository.Program("benchmarks/BareKestrel")], new Dictionary<string, string>
        {
            ["PORT"] = $"{port}",
            ["REDIS_ENDPOINT"] = $"127.0.0.1:{redisPort}",
        });
}

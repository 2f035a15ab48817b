using System.Globalization;
using DeltaStream.LoadTest.Load;

namespace DeltaStream.LoadTest.Servers;

/// <summary>A server that takes part in the comparison.</summary>
/// <param name="Name">Name on the command line and in the table.</param>
/// <param name="Project">Folder in the repository.</param>
/// <param name="Path">Path of the WebSocket.</param>
/// <param name="Dialect">Protocol of the clients.</param>
/// <param name="SubscribeToChain">Frames that a client sends to get the chains of NIFTY; empty if every client gets everything.</param>
internal sealed record Contender(string Name, string Project, string Path, Dialect Dialect, params string[] SubscribeToChain)
{
    private const string Gateway = "src/DeltaStream.Node", NodeJs = "benchmarks/socketio";
    private const string SocketIOPath = "/socket.io/?EIO=4&transport=websocket";
    private const string SocketIOSubscribe = """42["subscribe",{"type":"chain","symbol":"NIFTY"}]""";
    private const string SignalRSubscribe = """{"type":1,"target":"Subscribe","arguments":["chain:NIFTY"]}""" + "\u001e";

    public static readonly IReadOnlyList<Contender> All =
    [
        new("gateway", Gateway, SocketIOPath, Dialect.SocketIO, SocketIOSubscribe),
        new("deflate", Gateway, SocketIOPath, Dialect.SocketIODeflate, SocketIOSubscribe),
        new("socketio", NodeJs, SocketIOPath, Dialect.SocketIO, SocketIOSubscribe),
        new("signalr", "benchmarks/SignalRGateway", "/hub", Dialect.SignalR, SignalRSubscribe),
        new("kestrel", "benchmarks/BareKestrel", "/ws", Dialect.Bare),
    ];

    /// <summary>The folder of its program, if it is not the default one.</summary>
    public string? Folder { get; init; }

    /// <summary>True for a .NET process, which the runtime's counters can measure.</summary>
    public bool IsDotnet => Project != NodeJs;

    /// <summary>True for a gateway, which has a cluster and metrics.</summary>
    public bool IsGateway => Project == Gateway;

    public bool IsSocketIO => Path == SocketIOPath;

    private string File => IsDotnet ? System.IO.Path.GetFileName(Project) + ".dll" : "server.js";

    /// <summary>
    /// Finds a server by its name. <c>NAME=FOLDER</c> is that server with the program in the folder, or a gateway with a new name, to
    /// compare a change with the version before it. A folder alone is a gateway with the name of the folder.
    /// </summary>
    /// <exception cref="FormatException">No server has this name, or the folder does not contain its program.</exception>
    public static Contender Find(string text)
    {
        if (All.FirstOrDefault(contender => contender.Name == text) is { } named) return named;
        var parts = text.Split('=', 2);
        var folder = parts[^1];
        if (!Directory.Exists(folder)) throw new FormatException($"no server is called '{text}', and no folder is");
        var known = parts.Length == 2 ? All.FirstOrDefault(contender => contender.Name == parts[0]) : null;
        var found = (known ?? All[0]) with { Name = parts.Length == 2 ? parts[0] : System.IO.Path.GetFileName(folder.TrimEnd('/')), Folder = folder };
        return System.IO.File.Exists(System.IO.Path.Combine(folder, found.File)) ? found : throw new FormatException($"no {found.File} in '{folder}'");
    }

    /// <summary>Starts the server.</summary>
    /// <param name="port">Port of the server.</param>
    /// <param name="redisPort">Port of its Redis on this machine.</param>
    /// <param name="more">Further settings of a gateway.</param>
    public MeasuredProcess Start(int port, int redisPort, params (string Name, string Value)[] more) =>
        new(IsDotnet ? "dotnet" : "node", [Program()], Settings(port, redisPort, more));

    /// <summary>The environment variables of the server.</summary>
    public Dictionary<string, string> Settings(int port, int redisPort, params (string Name, string Value)[] more)
    {
        if (!IsGateway) return new() { ["NODE_ENV"] = "production", ["PORT"] = Text(port), ["REDIS_ENDPOINT"] = $"127.0.0.1:{redisPort}" };
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["AUTH_ALLOW_ANONYMOUS"] = "true",
            ["PORT"] = Text(port),
            ["REDIS_URL"] = $"redis://127.0.0.1:{redisPort}",
            ["CLUSTER_PORT"] = Text(MeasuredProcess.FreePort()),
            ["BRIDGE_MAX_RATE"] = "0",
            ["WEBSOCKET_DEFLATE"] = Dialect == Dialect.SocketIODeflate ? "on" : "off",
        };
        foreach (var (name, value) in more) settings[name] = value;
        return settings;
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private string Program()
    {
        if (Folder is not null) return System.IO.Path.Combine(Folder, File);
        if (IsDotnet) return Repository.Program(Project);
        var folder = System.IO.Path.Combine(Repository.Root, Project);
        Repository.InstallPackages(folder);
        return System.IO.Path.Combine(folder, File);
    }
}

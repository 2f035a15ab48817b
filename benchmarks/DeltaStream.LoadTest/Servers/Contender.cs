using System.Globalization;
using DeltaStream.LoadTest.Load;

namespace DeltaStream.LoadTest.Servers;

/// <summary>A server that takes part in the comparison.</summary>
/// <param name="Name">Its name on the command line and in the table.</param>
/// <param name="Project">Its folder in the repository.</param>
/// <param name="Path">Where its WebSocket is.</param>
/// <param name="Dialect">What its clients speak.</param>
/// <param name="SubscribeToChain">What a client sends to get the chains of NIFTY; empty where everybody gets everything.</param>
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

    /// <summary>Where its program is, if not where it is published to.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether the .NET runtime can be asked about it.</summary>
    public bool IsDotnet => Project != NodeJs;

    /// <summary>Whether it has a gateway's cluster and figures.</summary>
    public bool IsGateway => Project == Gateway;

    /// <summary>Whether it speaks Socket.IO.</summary>
    public bool IsSocketIO => Path == SocketIOPath;

    private string File => IsDotnet ? System.IO.Path.GetFileName(Project) + ".dll" : "server.js";

    /// <summary>
    /// A server by its name; <c>NAME=FOLDER</c>: the same from another folder, or a gateway of that name, so that a change is
    /// compared with what was before it; a folder alone: a gateway with the folder's name.
    /// </summary>
    /// <exception cref="FormatException">None is called so, or the folder has no such program.</exception>
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

    /// <summary>Starts it on a port, fed by a Redis on another.</summary>
    /// <param name="port">Where it listens.</param>
    /// <param name="redisPort">Where its Redis does, on this machine.</param>
    /// <param name="more">What a gateway is set to beside that.</param>
    public MeasuredProcess Start(int port, int redisPort, params (string Name, string Value)[] more) =>
        new(IsDotnet ? "dotnet" : "node", [Program()], Settings(port, redisPort, more));

    /// <summary>The environment variables that it is started with.</summary>
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

using Akka.Configuration;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Feed;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Authentication;
using DeltaStream.Node.Settings.Reading;
using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Settings;

/// <summary>All settings, read and checked once at the start.</summary>
internal sealed record NodeSettings
{
    /// <summary>Whether readable logs, all origins and simulated prices are on by default.</summary>
    public required bool IsDevelopment { get; init; }

    /// <summary>The service's name in logs, health and metrics.</summary>
    public required string ServiceName { get; init; }

    /// <summary>The port for HTTP and WebSocket.</summary>
    public required int Port { get; init; }

    /// <summary>The certificate files for HTTPS; null if the port serves plain HTTP.</summary>
    public HttpsSettings? Https { get; init; }

    /// <summary>The path prefix under which everything lies as well, such as <c>/gateway</c>; empty for none.</summary>
    public string PathBase { get; init; } = "";

    /// <summary>The lowest level that is logged.</summary>
    public required LogLevel LogLevel { get; init; }

    public required RedisSettings Redis { get; init; }

    public required ClusterSettings Cluster { get; init; }

    /// <summary>Whether this node offers to run the simulated market.</summary>
    public required bool DemoFeed { get; init; }

    /// <summary>How long a newest value is kept and sent as a snapshot.</summary>
    public required TimeSpan Latest { get; init; }

    public required BridgeSettings Bridge { get; init; }

    public required CacheSettings Cache { get; init; }

    /// <summary>The limits of a client.</summary>
    public required ClientSettings Clients { get; init; }

    /// <summary>The largest request head, in bytes.</summary>
    public required int HeaderBytes { get; init; }

    /// <summary>The rules for tokens and for the access of operators.</summary>
    public required AuthSettings Auth { get; init; }

    /// <summary>Names besides those of this machine under which operators may ask a node that wants no token of them.</summary>
    public IReadOnlyList<string> OperatorHosts { get; init; } = [];

    /// <summary>The most messages that a client may send.</summary>
    public required MessageRate MessageRate { get; init; }

    public required TransportSettings Transports { get; init; }

    /// <summary>The time over which a stopping node closes its clients.</summary>
    public required TimeSpan Drain { get; init; }

    /// <summary>How long a node that was told to stop goes on as before, not ready, and takes new clients.</summary>
    public required TimeSpan DrainDelay { get; init; }

    /// <summary>The settings of the actor system: all except <c>deltastream.*</c>.</summary>
    public required Config Hocon { get; init; }

    /// <summary>Reads and checks all settings.</summary>
    /// <param name="configuration">The host's configuration: environment and <c>appsettings.json</c>.</param>
    /// <param name="isDevelopment">Whether the host runs in development.</param>
    /// <param name="folder">The folder of <c>reference.conf</c> and <c>node.conf</c>.</param>
    /// <exception cref="SettingException">The first value that is not allowed.</exception>
    public static NodeSettings Read(IConfiguration configuration, bool isDevelopment, string folder)
    {
        var (all, akka) = SettingSources.Load(configuration, folder);
        var reader = new SettingReader(all);
        var settings = new NodeSettings
        {
            IsDevelopment = isDevelopment,
            ServiceName = Name(reader, "deltastream.service-name"),
            Port = reader.Number("deltastream.http.port", 1, 65535),
            Https = HttpsSettings.Read(reader),
            PathBase = Settings.PathBase.Read(reader),
            LogLevel = Enum.Parse<LogLevel>(reader.OneOf("deltastream.log-level", "debug", "information", "warning", "error"), ignoreCase: true),
            Redis = RedisSettings.Read(reader),
            Cluster = ClusterSettings.Read(reader),
            DemoFeed = reader.OneOf("deltastream.demo-feed", "on", "off", "auto") switch
            {
                "on" => true,
                "off" => false,
                _ => reader.Text("deltastream.redis.url").Length == 0,
            },
            Latest = TimeSpan.FromSeconds(reader.Number("deltastream.latest-seconds", 1, 604_800)),
            Bridge = reader.ReadBridge(),
            Cache = reader.ReadCache(),
            Clients = reader.ReadClients(),
            HeaderBytes = reader.Number("deltastream.limits.header-bytes", 2048, 1024 * 1024),
            Auth = AuthSettings.Read(reader, isDevelopment),
            OperatorHosts = ReadOperatorHosts(reader),
            MessageRate = reader.ReadMessageRate(),
            Transports = reader.ReadTransports(OriginSettings.Read(reader, isDevelopment)),
            Drain = TimeSpan.FromSeconds(reader.Number("deltastream.drain-seconds", 0, 600)),
            DrainDelay = ReadDrainDelay(reader, isDevelopment),
            Hocon = akka,
        };
        RefuseContradictions(settings, reader);
        settings.Auth.RefuseUnmeantAnonymity(reader);
        RefuseSamePort(settings);
        return settings;
    }

    private static void RefuseContradictions(NodeSettings settings, SettingReader reader)
    {
        if (settings.Redis.Url is not null) return;
        if (settings.Cluster.NamesAnotherNode)
            throw new SettingException("REDIS_URL", "", $"nodes of one cluster share one Redis, and CLUSTER_SEEDS={reader.Text("deltastream.cluster.seeds")} names another node; {RedisUrl.Allowed}");
        if (!settings.IsDevelopment && reader.Text("deltastream.demo-feed") != "on")
            throw new SettingException("REDIS_URL", "", $"in production nothing is simulated unasked; {RedisUrl.Allowed}, or DEMO_FEED=on");
    }

    private static void RefuseSamePort(NodeSettings settings)
    {
        if (settings.Auth.OperatorPort == settings.Port)
            throw new SettingException("OPERATOR_PORT", $"{settings.Auth.OperatorPort}", "a port of its own, another than PORT, or 0 for none");
    }

    private static IReadOnlyList<string> ReadOperatorHosts(SettingReader reader)
    {
        const string Path = "deltastream.http.operator-hosts";
        var names = reader.List(Path);
        return names.All(ClusterSettings.IsHost) ? names : throw reader.Wrong(Path, "comma-separated host names or IPv4 addresses, without ports");
    }

    private static TimeSpan ReadDrainDelay(SettingReader reader, bool isDevelopment)
    {
        const string Path = "deltastream.drain-delay-seconds";
        if (reader.Text(Path) != "auto") return TimeSpan.FromSeconds(reader.Number(Path, 0, 600));
        return isDevelopment ? TimeSpan.Zero : TimeSpan.FromSeconds(3);
    }

    private static string Name(SettingReader reader, string path)
    {
        var text = reader.Text(path);
        return text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? text
            : throw reader.Wrong(path, "1 to 64 letters, digits, '.', '_', '-'");
    }
}

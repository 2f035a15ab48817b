namespace DeltaStream.Node.Settings.Reading;

/// <summary>The settings that have a short name for the environment and <c>appsettings.json</c>, each with its HOCON path.</summary>
internal static class SettingVariable
{
    /// <summary>The variable that names an additional HOCON file.</summary>
    public const string HoconFile = "HOCON_FILE";

    public static readonly IReadOnlyDictionary<string, string> Paths = new Dictionary<string, string>
    {
        ["REDIS_URL"] = "deltastream.redis.url",
        ["REDIS_TLS_CA"] = "deltastream.redis.tls-authority",
        ["REDIS_TLS_CERTIFICATE"] = "deltastream.redis.tls-certificate",
        ["REDIS_TLS_KEY"] = "deltastream.redis.tls-key",
        ["EMBEDDED_REDIS_PORT"] = "deltastream.redis.embedded-port",
        ["PORT"] = "deltastream.http.port",
        ["KEEP_ALIVE_SECONDS"] = "deltastream.http.keep-alive-seconds",
        ["PATH_BASE"] = "deltastream.http.path-base",
        ["SERVICE_NAME"] = "deltastream.service-name",
        ["CORS_ORIGINS"] = "deltastream.http.cors-origins",
        ["CLUSTER_HOSTNAME"] = "deltastream.cluster.hostname",
        ["CLUSTER_PORT"] = "deltastream.cluster.port",
        ["CLUSTER_SEEDS"] = "deltastream.cluster.seeds",
        ["CLUSTER_ROLES"] = "deltastream.cluster.roles",
        ["CLUSTER_TLS_CERTIFICATE"] = "deltastream.cluster.tls.certificate",
        ["CLUSTER_TLS_KEY"] = "deltastream.cluster.tls.key",
        ["CLUSTER_TLS_CA"] = "deltastream.cluster.tls.authority",
        ["DEMO_FEED"] = "deltastream.demo-feed",
        ["LATEST_SECONDS"] = "deltastream.latest-seconds",
        ["ROOM_QUIET_SECONDS"] = "deltastream.room-quiet-seconds",
        ["BRIDGE_MAX_RATE"] = "deltastream.bridge.max-rate",
        ["HTTPS_CERTIFICATE"] = "deltastream.http.tls.certificate",
        ["HTTPS_KEY"] = "deltastream.http.tls.key",
        ["WEBSOCKET_DEFLATE"] = "deltastream.transports.deflate",
        ["TRUSTED_PROXIES"] = "deltastream.http.trusted-proxies",
        ["LIMIT_CONNECTIONS"] = "deltastream.limits.connections",
        ["LIMIT_CONNECTIONS_PER_ADDRESS"] = "deltastream.limits.connections-per-address",
        ["LIMIT_PARKED_POLLS"] = "deltastream.limits.parked-polls",
        ["LIMIT_HANDSHAKE_SECONDS"] = "deltastream.limits.handshake-seconds",
        ["LIMIT_HEADER_BYTES"] = "deltastream.limits.header-bytes",
        ["AUTH_MODE"] = "deltastream.auth.mode",
        ["AUTH_ALLOW_ANONYMOUS"] = "deltastream.auth.allow-anonymous",
        ["AUTH_JWT_SECRET"] = "deltastream.auth.jwt-secret",
        ["AUTH_JWT_SECRET_PREVIOUS"] = "deltastream.auth.jwt-secret-previous",
        ["AUTH_JWT_JWKS"] = "deltastream.auth.jwt-jwks",
        ["AUTH_JWT_ISSUER"] = "deltastream.auth.jwt-issuer",
        ["AUTH_JWT_AUDIENCE"] = "deltastream.auth.jwt-audience",
        ["OPERATOR_PORT"] = "deltastream.http.operator-port",
        ["OPERATOR_HOSTS"] = "deltastream.http.operator-hosts",
        ["LIMIT_SUBSCRIPTIONS"] = "deltastream.limits.subscriptions",
        ["LIMIT_JOINS_PER_SECOND"] = "deltastream.limits.joins-per-second",
        ["LIMIT_SNAPSHOT_BYTES_PER_SECOND"] = "deltastream.limits.snapshot-bytes-per-second",
        ["LIMIT_VIEWS_PER_CLIENT"] = "deltastream.limits.views-per-client",
        ["LIMIT_VIEWS"] = "deltastream.limits.views",
        ["LIMIT_ROOMS"] = "deltastream.limits.rooms",
        ["LIMIT_MESSAGES_PER_SECOND"] = "deltastream.limits.messages-per-second",
        ["LIMIT_MESSAGE_BYTES"] = "deltastream.limits.message-bytes",
        ["LOG_LEVEL"] = "deltastream.log-level",
        ["DRAIN_SECONDS"] = "deltastream.drain-seconds",
        ["DRAIN_DELAY_SECONDS"] = "deltastream.drain-delay-seconds",
    };

    private static readonly Dictionary<string, string> Names = Paths.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>The operator's name for a setting: its variable, or the path if it has no variable.</summary>
    public static string NameOf(string path) => Names.GetValueOrDefault(path, path);
}

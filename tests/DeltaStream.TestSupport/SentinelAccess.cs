namespace DeltaStream.TestSupport;

/// <summary>Who may connect to a <see cref="SentinelTrio"/> and its servers, and how. By default everybody, without TLS.</summary>
public sealed class SentinelAccess
{
    /// <summary>The scheme of REDIS_URL.</summary>
    public string Scheme { get; private init; } = "redis-sentinel";

    /// <summary>The login in REDIS_URL.</summary>
    public string Login { get; private init; } = "";

    /// <summary>The command with which a test may ask a Sentinel; empty where no login is needed.</summary>
    public IReadOnlyList<string> Enter { get; private init; } = [];

    /// <summary>Further arguments of one server.</summary>
    public Func<string[]> Server { get; private init; } = () => [];

    /// <summary>Further lines of the file of the Sentinel on a port.</summary>
    public Func<int, string[]> Sentinel { get; private init; } = _ => [];

    /// <summary>The port on which nodes reach the Sentinel that has a port without TLS.</summary>
    public Func<int, int> PortOf { get; private init; } = port => port;

    /// <summary>One password, for the servers and for the Sentinels.</summary>
    public static SentinelAccess Password(string password) => new()
    {
        Login = $":{Uri.EscapeDataString(password)}@",
        Enter = ["AUTH", password],
        Server = () => ["--requirepass", password, "--masterauth", password],
        Sentinel = _ => [$"requirepass {password}", $"sentinel sentinel-pass {password}", $"sentinel auth-pass mymaster {password}"],
    };

    /// <summary>
    /// A user with certain rights, over TLS alone: the Sentinels let nobody else in. The servers' default user stays, for the tests.
    /// </summary>
    /// <param name="certificates">Certificates for <c>redis</c>.</param>
    /// <param name="user">The user's name.</param>
    /// <param name="password">The user's password.</param>
    /// <param name="rights">The user's rights on the servers.</param>
    /// <param name="sentinelRights">The user's rights on the Sentinels.</param>
    public static SentinelAccess TlsUser(Certificates certificates, string user, string password, IEnumerable<string> rights, string sentinelRights)
    {
        string[] tls = ["tls-cert-file", certificates.Certificate("redis"), "tls-key-file", certificates.Key("redis"), "tls-ca-cert-file", certificates.Authority, "tls-auth-clients", "no", "tls-replication", "yes"];
        var ports = new Dictionary<int, int>();
        int PortOf(int port) => ports.TryGetValue(port, out var known) ? known : ports[port] = FreePort.Next();
        return new SentinelAccess
        {
            Scheme = "rediss-sentinel",
            Login = $"{user}:{Uri.EscapeDataString(password)}@",
            Enter = ["AUTH", "sentinels", "among-themselves"],
            PortOf = PortOf,
            Server = () =>
            [
                "--tls-port", $"{FreePort.Next()}", .. tls.Select((word, i) => i % 2 == 0 ? "--" + word : word),
                "--user", user, "on", ">" + password, .. rights,
            ],
            Sentinel = port =>
            [
                $"tls-port {PortOf(port)}", .. tls.Chunk(2).Select(pair => string.Join(' ', pair)),
                "user default off", "user sentinels on >among-themselves ~* &* +@all", $"user {user} on >{password} {sentinelRights}",
                "sentinel sentinel-user sentinels", "sentinel sentinel-pass among-themselves",
            ],
        };
    }
}

using System.Security.Cryptography.X509Certificates;

namespace DeltaStream.Node.Settings;

/// <summary>The address of Redis. <see cref="RedisUrlReader"/> reads it.</summary>
/// <param name="Hosts">
/// One server; several replicas of one primary, or nodes of a Redis Cluster; with a <see cref="Service"/> the Sentinels.
/// </param>
/// <param name="Tls">Whether the connections are encrypted.</param>
/// <param name="User">The ACL user; null for the default user.</param>
/// <param name="Password">The password; <see cref="ToString"/> masks it.</param>
/// <param name="Database">The database's number.</param>
internal sealed record RedisUrl(IReadOnlyList<RedisHost> Hosts, bool Tls, string? User, string? Password, int Database)
{
    /// <summary>The description of a valid URL, for error messages.</summary>
    public const string Allowed =
        "redis://[user:password@]host:port[,host:port…][/db] or redis-sentinel://[user:password@]host:port,…/service[/db]; "
        + "rediss:// or rediss-sentinel:// for TLS";

    /// <summary>For one server.</summary>
    public RedisUrl(string host, int port, bool tls, string? user, string? password, int database)
        : this([new RedisHost(host, port)], tls, user, password, database)
    {
    }

    /// <summary>The service whose primary the Sentinels name; null if the hosts are the servers themselves.</summary>
    public string? Service { get; init; }

    /// <summary>The authority that signs the servers' certificates; null for the machine's trusted authorities.</summary>
    public X509Certificate2Collection? Authority { get; init; }

    /// <summary>The node's own certificate, for servers that ask for one.</summary>
    public RedisClientCertificate? Certificate { get; init; }

    /// <summary>Whether the node logs in.</summary>
    public bool HasLogin => User is not null || Password is not null;

    /// <summary>Whether the address may lead to another server after a failover.</summary>
    public bool IsOneServer => Service is null && Hosts.Count == 1;

    /// <summary>The URL with its password masked.</summary>
    public override string ToString()
    {
        var scheme = (Tls ? "rediss" : "redis") + (Service is null ? "" : "-sentinel");
        var login = HasLogin ? $"{User}:***@" : "";
        return $"{scheme}://{login}{string.Join(',', Hosts)}/{(Service is null ? "" : Service + "/")}{Database}";
    }
}

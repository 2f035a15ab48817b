using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DeltaStream.Node.Settings;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>The options of this node's connections to Redis.</summary>
internal static class RedisOptions
{
    private static readonly TimeSpan LongestFreeze = TimeSpan.FromMinutes(5);

    private static readonly string[] Unused = ["CONFIG", "SENTINEL"];

    /// <summary>For servers.</summary>
    /// <param name="url">The login and TLS.</param>
    /// <param name="endPoints">The server, or nodes of a Redis Cluster.</param>
    /// <param name="isCluster">Whether the client library finds the nodes and slots of a Redis Cluster.</param>
    /// <param name="timeout">The longest time for a connection, and for a command.</param>
    /// <param name="clientName">The name in Redis's list of clients.</param>
    public static ConfigurationOptions ForServers(RedisUrl url, IEnumerable<EndPoint> endPoints, bool isCluster, TimeSpan timeout, string clientName)
    {
        var options = Common(url, endPoints, timeout, clientName);
        options.DefaultDatabase = url.Database;
        // The client library uses no command of its own that it does not need, so that the Redis user needs rights only for the
        // gateway's.
        options.CommandMap = CommandMap.Create([.. isCluster ? Unused : [.. Unused, "CLUSTER"]], available: false);
        return options;
    }

    /// <summary>For one Sentinel.</summary>
    public static ConfigurationOptions ForSentinel(RedisUrl url, EndPoint sentinel, TimeSpan timeout, string clientName)
    {
        var options = Common(url, [sentinel], timeout, clientName);
        options.CommandMap = CommandMap.Sentinel;
        return options;
    }

    /// <summary>
    /// For a subscription. The client library gives up a connection that answers nothing for four times its timeout; the connection
    /// to a frozen Redis must stay, because what waits there still comes.
    /// </summary>
    public static ConfigurationOptions Patient(this ConfigurationOptions options)
    {
        options.SyncTimeout = options.AsyncTimeout = (int)LongestFreeze.TotalMilliseconds;
        return options;
    }

    private static ConfigurationOptions Common(RedisUrl url, IEnumerable<EndPoint> endPoints, TimeSpan timeout, string clientName)
    {
        var milliseconds = (int)timeout.TotalMilliseconds;
        var options = new ConfigurationOptions
        {
            ClientName = clientName,
            ConnectTimeout = milliseconds,
            SyncTimeout = milliseconds,
            AsyncTimeout = milliseconds,
            ConnectRetry = 1,
            AbortOnConnectFail = true,
            // A cache write or a lease renewal that waits in a queue for the end of an outage would do harm, so it fails at once.
            BacklogPolicy = BacklogPolicy.FailFast,
            // The login is checked on the connection for commands, so the subscription must use the same connection.
            SharedSubscriptionConnection = true,
            ConfigurationChannel = "",
            TieBreaker = "",
            IncludeDetailInExceptions = false,
            // INFO counts as a command for administrators.
            AllowAdmin = true,
            User = url.User,
            Password = url.Password,
            Ssl = url.Tls,
        };
        foreach (var endPoint in endPoints) options.EndPoints.Add(endPoint);
        if (url.Tls) options.SslClientAuthenticationOptions = host => Tls(url, host);
        return options;
    }

    /// <summary>
    /// The server's name is always checked. If an authority is set, only that authority counts, and the machine's trusted
    /// authorities do not.
    /// </summary>
    private static SslClientAuthenticationOptions Tls(RedisUrl url, string host)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = host, ClientCertificateContext = url.Certificate?.Current() };
        if (url.Authority is not { } authority) return options;
        options.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        options.CertificateChainPolicy.CustomTrustStore.AddRange(authority);
        return options;
    }
}

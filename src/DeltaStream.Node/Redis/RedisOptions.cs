using DeltaStream.Node.Settings;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>The options of this node's connections to Redis.</summary>
internal static class RedisOptions
{
    /// <summary>For a single attempt that either connects or throws.</summary>
    public static ConfigurationOptions Once(RedisUrl url, TimeSpan timeout, RedisTunnel tunnel, string clientName)
    {
        var options = Common(url, timeout, tunnel, clientName);
        options.AbortOnConnectFail = true;
        // The client library opens a second connection for subscriptions, a moment after the first. With this policy the first
        // subscribe waits for it instead of failing.
        options.BacklogPolicy = BacklogPolicy.Default;
        return options;
    }

    /// <summary>For a connection that lives as long as the process and reconnects by itself.</summary>
    public static ConfigurationOptions Lasting(RedisUrl url, TimeSpan timeout, RedisTunnel tunnel, string clientName)
    {
        var options = Common(url, timeout, tunnel, clientName);
        options.AbortOnConnectFail = false;
        // A cache write or a lease renewal that waits in a queue for the end of an outage would do harm, so it fails at once.
        options.BacklogPolicy = BacklogPolicy.FailFast;
        return options;
    }

    private static ConfigurationOptions Common(RedisUrl url, TimeSpan timeout, RedisTunnel tunnel, string clientName)
    {
        var milliseconds = (int)timeout.TotalMilliseconds;
        return new ConfigurationOptions
        {
            EndPoints = { { url.Host, url.Port } },
            DefaultDatabase = url.Database,
            ClientName = clientName,
            ConnectTimeout = milliseconds,
            SyncTimeout = milliseconds,
            AsyncTimeout = milliseconds,
            ConnectRetry = 1,
            ReconnectRetryPolicy = new LinearRetry(500),
            // The client library uses no channel, key or command of its own, so that the Redis user needs rights only for the
            // gateway's.
            ConfigurationChannel = "",
            TieBreaker = "",
            CommandMap = CommandMap.Create(["CONFIG", "CLUSTER", "SENTINEL"], available: false),
            IncludeDetailInExceptions = false,
            // The tunnel does TLS and the login, so the client library gets no settings for them.
            Tunnel = tunnel,
        };
    }
}

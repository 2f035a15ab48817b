using DeltaStream.Node.Settings;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>How this node's connections to Redis are made.</summary>
internal static class RedisOptions
{
    /// <summary>For one attempt that either connects or throws.</summary>
    public static ConfigurationOptions Once(RedisUrl url, TimeSpan timeout, RedisTunnel tunnel, string clientName)
    {
        var options = Common(url, timeout, tunnel, clientName);
        options.AbortOnConnectFail = true;
        // Subscriptions have a connection of their own, which comes up a moment later than the first: the first
        // subscribe waits for it instead of failing.
        options.BacklogPolicy = BacklogPolicy.Default;
        return options;
    }

    /// <summary>For a connection that is kept for the process's life and comes back by itself.</summary>
    public static ConfigurationOptions Lasting(RedisUrl url, TimeSpan timeout, RedisTunnel tunnel, string clientName)
    {
        var options = Common(url, timeout, tunnel, clientName);
        options.AbortOnConnectFail = false;
        // A cache write or a lease renewal that waited out an outage in a queue would do harm: fail at once.
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
            // No channel, key or question of the client library's own: a Redis user needs no rights beyond ours.
            ConfigurationChannel = "",
            TieBreaker = "",
            CommandMap = CommandMap.Create(["CONFIG", "CLUSTER", "SENTINEL"], available: false),
            IncludeDetailInExceptions = false,
            // It sees to TLS and the login: the client library knows of neither.
            Tunnel = tunnel,
        };
    }
}

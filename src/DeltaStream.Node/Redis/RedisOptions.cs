using DeltaStream.Node.Settings;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>How this node's connections to Redis are made.</summary>
internal static class RedisOptions
{
    /// <summary>For one attempt that either connects or throws.</summary>
    public static ConfigurationOptions Once(RedisUrl url, TimeSpan timeout, string clientName) =>
        Common(url, timeout, clientName, abortOnConnectFail: true);

    /// <summary>For a connection that is kept for the process's life and comes back by itself.</summary>
    public static ConfigurationOptions Lasting(RedisUrl url, TimeSpan timeout, string clientName) =>
        Common(url, timeout, clientName, abortOnConnectFail: false);

    private static ConfigurationOptions Common(RedisUrl url, TimeSpan timeout, string clientName, bool abortOnConnectFail)
    {
        var milliseconds = (int)timeout.TotalMilliseconds;
        return new ConfigurationOptions
        {
            EndPoints = { { url.Host, url.Port } },
            User = url.User,
            Password = url.Password,
            DefaultDatabase = url.Database,
            Ssl = url.Tls,
            SslHost = url.Tls ? url.Host : null,
            ClientName = clientName,
            AbortOnConnectFail = abortOnConnectFail,
            ConnectTimeout = milliseconds,
            SyncTimeout = milliseconds,
            AsyncTimeout = milliseconds,
            ConnectRetry = 1,
            // A cache write or a lease renewal that waited out an outage in a queue would do harm: fail at once.
            BacklogPolicy = BacklogPolicy.FailFast,
            ReconnectRetryPolicy = new LinearRetry(500),
            // No channel of the client library's own: a Redis user needs no rights beyond ours.
            ConfigurationChannel = "",
            TieBreaker = "",
            IncludeDetailInExceptions = false,
        };
    }
}

using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DeltaStream.Node.Settings;
using StackExchange.Redis;

namespace DeltaStream.Node.Redis;

/// <summary>How this node's connections to Redis are made.</summary>
internal static class RedisOptions
{
    /// <summary>For one attempt that either connects or throws.</summary>
    public static ConfigurationOptions Once(RedisUrl url, TimeSpan timeout, string clientName)
    {
        var options = Common(url, timeout, clientName);
        options.AbortOnConnectFail = true;
        // Subscriptions have a connection of their own, which comes up a moment later than the first: the first
        // subscribe waits for it instead of failing.
        options.BacklogPolicy = BacklogPolicy.Default;
        return options;
    }

    /// <summary>For a connection that is kept for the process's life and comes back by itself.</summary>
    public static ConfigurationOptions Lasting(RedisUrl url, TimeSpan timeout, string clientName)
    {
        var options = Common(url, timeout, clientName);
        options.AbortOnConnectFail = false;
        // A cache write or a lease renewal that waited out an outage in a queue would do harm: fail at once.
        options.BacklogPolicy = BacklogPolicy.FailFast;
        return options;
    }

    private static ConfigurationOptions Common(RedisUrl url, TimeSpan timeout, string clientName)
    {
        var milliseconds = (int)timeout.TotalMilliseconds;
        var options = new ConfigurationOptions
        {
            EndPoints = { { url.Host, url.Port } },
            User = url.User,
            Password = url.Password,
            DefaultDatabase = url.Database,
            Ssl = url.Tls,
            SslHost = url.Tls ? url.Host : null,
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
        };
        if (url.Authority is { } authority) options.CertificateValidation += (_, certificate, shown, errors) => IsSignedBy(authority, certificate, shown, errors);
        return options;
    }

    /// <summary>Whether a server's certificate bears its name and was signed by this authority, whomever the machine trusts otherwise.</summary>
    private static bool IsSignedBy(X509Certificate2Collection authority, X509Certificate? certificate, X509Chain? shown, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 server || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authority);
        foreach (var between in shown?.ChainElements ?? Enumerable.Empty<X509ChainElement>()) chain.ChainPolicy.ExtraStore.Add(between.Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(server);
    }
}

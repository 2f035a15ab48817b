using DeltaStream.Node.Admission;

namespace DeltaStream.Node.Transports.Connections;

/// <summary>The limits and times of connections; the same for all paths.</summary>
internal sealed record TransportSettings
{
    /// <summary>The time after the opening or the last pong at which the client gets a ping.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>The time within which the pong must come; otherwise the connection is closed.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The largest message or POST body from a client, in bytes.</summary>
    public int MaxPayload { get; init; } = 65536;

    /// <summary>The time for each step of a handshake: first byte, TLS, request head, the protocol's own connect.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time for which an HTTP connection may wait for its next request.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(620);

    /// <summary>The time for the WebSocket of an upgrade, from its opening to the upgrade packet.</summary>
    public TimeSpan UpgradeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time for closing a connection, before it is aborted.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The time for which a closed polling session keeps its last answer for the next poll.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The smallest message that is compressed for a client with permessage-deflate, in bytes; null for no compression.</summary>
    public int? DeflateFrom { get; init; }

    /// <summary>The allowed origins.</summary>
    public OriginPolicy Origins { get; init; } = OriginPolicy.Any;

    /// <summary>The most clients at once, over all transports; further clients get 503.</summary>
    public int MaxConnections { get; init; } = 100_000;

    /// <summary>The most clients from one address at once; further clients get 429. 0 for no limit.</summary>
    public int MaxConnectionsPerAddress { get; init; }

    /// <summary>The proxies whose <c>X-Forwarded-For</c> is trusted.</summary>
    public TrustedProxies TrustedProxies { get; init; } = TrustedProxies.None;

    /// <summary>The most polls that may wait at once; further polls get 503.</summary>
    public int MaxParkedPolls { get; init; } = 20_000;
}

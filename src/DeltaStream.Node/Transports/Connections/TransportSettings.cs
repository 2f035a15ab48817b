using DeltaStream.Node.Admission;

namespace DeltaStream.Node.Transports.Connections;

/// <summary>How connections are served; the same for every path of one mount.</summary>
internal sealed record TransportSettings
{
    /// <summary>How long after its opening or its last pong a client is pinged.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>How long after a ping its pong must be there; then the connection is closed.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The largest message or POST body from a client, in bytes.</summary>
    public int MaxPayload { get; init; } = 65536;

    /// <summary>How long each step of a handshake may take: first byte, TLS, request head, the protocol's own connect.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the WebSocket of an upgrade may take from its opening to the upgrade packet.</summary>
    public TimeSpan UpgradeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a closing connection may take before it is aborted.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a closed polling session keeps its last answer for a poll that is still to come.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>From how many bytes on a message is compressed for a client that offers permessage-deflate; null: never.</summary>
    public int? DeflateFrom { get; init; }

    /// <summary>Which origins are let in.</summary>
    public OriginPolicy Origins { get; init; } = OriginPolicy.Any;

    /// <summary>The most clients at once, all transports together; more get 503.</summary>
    public int MaxConnections { get; init; } = 100_000;

    /// <summary>The most clients from one address at once; more get 429. 0: no limit.</summary>
    public int MaxConnectionsPerAddress { get; init; }

    /// <summary>The proxies whose <c>X-Forwarded-For</c> counts.</summary>
    public TrustedProxies TrustedProxies { get; init; } = TrustedProxies.None;

    /// <summary>The most polls that may wait at once; more get 503.</summary>
    public int MaxParkedPolls { get; init; } = 20_000;
}

using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Node.Admission;

/// <summary>Why a connection, a request or a poll is not taken.</summary>
/// <param name="Reason">In the metrics: one of <see cref="GatewayMetrics.RefusedConnectionReasons"/>.</param>
/// <param name="HttpStatus">What the client is answered.</param>
internal sealed record RefusedConnection(string Reason, int HttpStatus)
{
    /// <summary>The node is stopping.</summary>
    public static readonly RefusedConnection Draining = new("draining", StatusCodes.Status503ServiceUnavailable);

    /// <summary>The node has as many clients as it may have.</summary>
    public static readonly RefusedConnection TooMany = new("connections", StatusCodes.Status503ServiceUnavailable);

    /// <summary>The client's address has as many clients as it may have.</summary>
    public static readonly RefusedConnection TooManyFromAddress = new("address", StatusCodes.Status429TooManyRequests);

    /// <summary>As many polls wait as may wait.</summary>
    public static readonly RefusedConnection TooManyPolls = new("polls", StatusCodes.Status503ServiceUnavailable);

    /// <summary>The page that asks is of an origin that is not let in.</summary>
    public static readonly RefusedConnection WrongOrigin = new("origin", StatusCodes.Status403Forbidden);

    /// <summary>The connection said nothing within the handshake time; it is broken without an answer.</summary>
    public static readonly RefusedConnection Silent = new("silent", 0);

    /// <summary>The TLS handshake did not come to its end within the handshake time; the connection is closed.</summary>
    public static readonly RefusedConnection TlsTimeout = new("tls_timeout", 0);

    /// <summary>The TLS handshake failed, or was broken off.</summary>
    public static readonly RefusedConnection TlsFailed = new("tls", 0);

    /// <summary>The head of a request did not come to its end within the handshake time.</summary>
    public static readonly RefusedConnection HeadTimeout = new("head_timeout", StatusCodes.Status408RequestTimeout);

    /// <summary>The head of a request is too large: its target (414), a header or their number (431).</summary>
    public static readonly RefusedConnection HeadTooLarge = new("head_too_large", StatusCodes.Status431RequestHeaderFieldsTooLarge);

    /// <summary>The bytes are not HTTP.</summary>
    public static readonly RefusedConnection Malformed = new("malformed", StatusCodes.Status400BadRequest);

    /// <summary>A POST's body is larger than a message may be.</summary>
    public static readonly RefusedConnection BodyTooLarge = new("body_too_large", StatusCodes.Status413PayloadTooLarge);

    /// <summary>A POST's body comes too slowly.</summary>
    public static readonly RefusedConnection BodyTimeout = new("body_timeout", StatusCodes.Status400BadRequest);

    /// <summary>No CONNECT came within the handshake time; the transport is closed.</summary>
    public static readonly RefusedConnection NoConnect = new("no_connect", 0);
}

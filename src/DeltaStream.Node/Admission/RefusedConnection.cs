using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Node.Admission;

/// <summary>The reason why a connection, a request or a poll is refused.</summary>
/// <param name="Reason">The name in the metrics: one of <see cref="GatewayMetrics.RefusedConnectionReasons"/>.</param>
/// <param name="HttpStatus">The status of the response; 0 if the connection is closed without one.</param>
internal sealed record RefusedConnection(string Reason, int HttpStatus)
{
    public static readonly RefusedConnection Draining = new("draining", StatusCodes.Status503ServiceUnavailable);

    /// <summary>The node has not joined its cluster yet, or has left it.</summary>
    public static readonly RefusedConnection Starting = new("starting", StatusCodes.Status503ServiceUnavailable);

    /// <summary>The node has the most clients that it may have.</summary>
    public static readonly RefusedConnection TooMany = new("connections", StatusCodes.Status503ServiceUnavailable);

    /// <summary>The client's address has the most clients that it may have.</summary>
    public static readonly RefusedConnection TooManyFromAddress = new("address", StatusCodes.Status429TooManyRequests);

    /// <summary>The most polls that may wait are waiting.</summary>
    public static readonly RefusedConnection TooManyPolls = new("polls", StatusCodes.Status503ServiceUnavailable);

    /// <summary>The request comes from a page of an origin that is not allowed.</summary>
    public static readonly RefusedConnection WrongOrigin = new("origin", StatusCodes.Status403Forbidden);

    /// <summary>The connection sent nothing within the handshake time; it is broken without an answer.</summary>
    public static readonly RefusedConnection Silent = new("silent", 0);

    /// <summary>The TLS handshake did not finish within the handshake time; the connection is closed.</summary>
    public static readonly RefusedConnection TlsTimeout = new("tls_timeout", 0);

    /// <summary>The TLS handshake failed, or the client aborted it.</summary>
    public static readonly RefusedConnection TlsFailed = new("tls", 0);

    /// <summary>The head of a request did not finish within the handshake time.</summary>
    public static readonly RefusedConnection HeadTimeout = new("head_timeout", StatusCodes.Status408RequestTimeout);

    /// <summary>The head of a request is too large: its target (414), one header, or the number of headers (431).</summary>
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

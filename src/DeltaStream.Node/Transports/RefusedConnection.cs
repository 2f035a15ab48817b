using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Node.Transports;

/// <summary>Why a connection, or a poll, is not taken.</summary>
/// <param name="Reason">In the metrics: one of <see cref="GatewayMetrics.RefusedConnectionReasons"/>.</param>
/// <param name="HttpStatus">What the client is answered.</param>
internal sealed record RefusedConnection(string Reason, int HttpStatus)
{
    /// <summary>The node is stopping.</summary>
    public static readonly RefusedConnection Draining = new("draining", StatusCodes.Status503ServiceUnavailable);

    /// <summary>The node has as many clients as it may have.</summary>
    public static readonly RefusedConnection TooMany = new("connections", StatusCodes.Status503ServiceUnavailable);

    /// <summary>The client's address has.</summary>
    public static readonly RefusedConnection TooManyFromAddress = new("address", StatusCodes.Status429TooManyRequests);

    /// <summary>As many polls wait as may wait.</summary>
    public static readonly RefusedConnection TooManyPolls = new("polls", StatusCodes.Status503ServiceUnavailable);

    /// <summary>The connection said nothing within the handshake time; it is broken without an answer.</summary>
    public static readonly RefusedConnection Silent = new("silent", 0);
}

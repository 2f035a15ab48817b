namespace DeltaStream.Actors.Clients;

/// <summary>Every reason why a client's connection ends.</summary>
/// <param name="Name">The name in logs and metrics.</param>
/// <param name="WebSocketCode">
/// The WebSocket close code, if a close frame can still be sent (RFC 6455, section 7.4; codes from 4000 are our own).
/// </param>
public sealed record CloseReason(string Name, int WebSocketCode)
{
    /// <summary>The client closed the connection or asked the server to.</summary>
    public static readonly CloseReason ClientClosed = new("client_closed", 1000);

    /// <summary>The connection broke.</summary>
    public static readonly CloseReason TransportError = new("transport_error", 1006);

    /// <summary>No pong, poll or packet arrived in time.</summary>
    public static readonly CloseReason PingTimeout = new("ping_timeout", 1001);

    /// <summary>The client violated its protocol.</summary>
    public static readonly CloseReason ProtocolError = new("protocol_error", 1002);

    /// <summary>A message exceeded <c>LIMIT_MESSAGE_BYTES</c>.</summary>
    public static readonly CloseReason MessageTooLarge = new("message_too_large", 1009);

    /// <summary>The client does not read what it is sent.</summary>
    public static readonly CloseReason SlowConsumer = new("slow_consumer", 4008);

    /// <summary>The client has no token or a bad one.</summary>
    public static readonly CloseReason Unauthorized = new("unauthorized", 4401);

    /// <summary>The token expired without a renewal.</summary>
    public static readonly CloseReason TokenExpired = new("token_expired", 4401);

    /// <summary>The client upgraded to a WebSocket on another node and continues there.</summary>
    public static readonly CloseReason Moved = new("moved", 1001);

    /// <summary>The node is stopping; the client can reconnect to another node.</summary>
    public static readonly CloseReason ServerDraining = new("server_draining", 1012);

    /// <summary>The server failed.</summary>
    public static readonly CloseReason ServerError = new("server_error", 1011);

    /// <summary>
    /// The reasons with which an accepted client ends. <see cref="Unauthorized"/> is not among them: such a connection never
    /// becomes a client, and the refused token is counted instead.
    /// </summary>
    public static readonly IReadOnlyList<CloseReason> OfClients =
        [ClientClosed, TransportError, PingTimeout, ProtocolError, MessageTooLarge, SlowConsumer, TokenExpired, Moved, ServerDraining, ServerError];

    public override string ToString() => Name;
}

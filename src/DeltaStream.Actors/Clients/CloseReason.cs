namespace DeltaStream.Actors.Clients;

/// <summary>Every way in which a client's connection ends, as a named value.</summary>
/// <param name="Name">The name in log and metrics.</param>
/// <param name="WebSocketCode">The close code where one can still be written (RFC 6455, section 7.4; 4000 and up are ours).</param>
public sealed record CloseReason(string Name, int WebSocketCode)
{
    /// <summary>The client closed, or asked the server to.</summary>
    public static readonly CloseReason ClientClosed = new("client_closed", 1000);

    /// <summary>The connection broke.</summary>
    public static readonly CloseReason TransportError = new("transport_error", 1006);

    /// <summary>No pong, no poll or no packet in time.</summary>
    public static readonly CloseReason PingTimeout = new("ping_timeout", 1001);

    /// <summary>The client did what its protocol forbids.</summary>
    public static readonly CloseReason ProtocolError = new("protocol_error", 1002);

    /// <summary>A message over <c>LIMIT_MESSAGE_BYTES</c>.</summary>
    public static readonly CloseReason MessageTooLarge = new("message_too_large", 1009);

    /// <summary>The client does not read what it is sent.</summary>
    public static readonly CloseReason SlowConsumer = new("slow_consumer", 4008);

    /// <summary>The client has no token, or one that is not good.</summary>
    public static readonly CloseReason Unauthorized = new("unauthorized", 4401);

    /// <summary>The client's token has expired, and it was not renewed.</summary>
    public static readonly CloseReason TokenExpired = new("token_expired", 4401);

    /// <summary>The client upgraded to a WebSocket on another node, and goes on there.</summary>
    public static readonly CloseReason Moved = new("moved", 1001);

    /// <summary>The node is stopping; the client finds another.</summary>
    public static readonly CloseReason ServerDraining = new("server_draining", 1012);

    /// <summary>Something went wrong on our side.</summary>
    public static readonly CloseReason ServerError = new("server_error", 1011);

    /// <summary>Every one with which a client ends: who is <see cref="Unauthorized"/> has not become one, and is counted by the token.</summary>
    public static readonly IReadOnlyList<CloseReason> OfClients =
        [ClientClosed, TransportError, PingTimeout, ProtocolError, MessageTooLarge, SlowConsumer, TokenExpired, Moved, ServerDraining, ServerError];

    public override string ToString() => Name;
}

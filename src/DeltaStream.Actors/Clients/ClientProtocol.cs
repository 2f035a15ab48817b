using Akka.Actor;
using DeltaStream.Actors.Sessions;

namespace DeltaStream.Actors.Clients;

/// <summary>Asks the ClientSupervisor for a ClientActor. The reply is <see cref="ClientOpened"/> or <see cref="ClientRefused"/>.</summary>
/// <param name="SessionId">The public session id: the <c>client_id</c> of logs and of <c>connected</c>.</param>
/// <param name="Transport">The client's connection.</param>
public sealed record OpenClient(string SessionId, IClientTransport Transport) : INoSerializationVerificationNeeded
{
    /// <summary>The client's identity from its token.</summary>
    public ClientIdentity Identity { get; init; } = ClientIdentity.Anonymous;

    /// <summary>The client's session in the session store, for recovery after a lost connection; null if sessions are not kept.</summary>
    public ClientSession? Session { get; init; }

    /// <summary>What the client has used of its limits so far on this connection.</summary>
    public ClientUsage Usage { get; init; } = new();

    /// <summary>The state of a client that moves from another node; null otherwise. The client gets no second <c>connected</c>.</summary>
    public MovedClient? Moved { get; init; }

    /// <summary>The client's token, if its first message brought one. It is answered before <c>connected</c> is sent.</summary>
    public Authenticated? First { get; init; }
}

/// <summary>The client has its actor, which sends <c>connected</c> on the first <see cref="TransportReady"/>.</summary>
public sealed record ClientOpened(IActorRef Client) : INoSerializationVerificationNeeded;

/// <summary>The node does not accept the client.</summary>
/// <param name="Message">The text for the client.</param>
public sealed record ClientRefused(string Message) : INoSerializationVerificationNeeded;

/// <summary>A message from a transport to its ClientActor.</summary>
public interface IClientInput : INoSerializationVerificationNeeded;

/// <summary>An event from the client.</summary>
/// <param name="Event">The event's name.</param>
/// <param name="Data">The first argument as UTF-8 JSON; empty if there is none. The actor owns the bytes.</param>
/// <param name="AckId">The acknowledgement's id as it came over the wire; null if the client wants none.</param>
public sealed record ClientEvent(string Event, ReadOnlyMemory<byte> Data, ReadOnlyMemory<byte>? AckId) : IClientInput;

/// <summary>
/// A message that the transport rejects: it is not an event (plain WebSocket only; Socket.IO closes the connection), exceeds
/// the rate limit, or has a bad token. The actor answers with <c>error</c>.
/// </summary>
/// <param name="Error">The reason.</param>
/// <param name="AckId">The acknowledgement's id; null if the client wants none.</param>
public sealed record InvalidClientMessage(RequestError Error, ReadOnlyMemory<byte>? AckId = null) : IClientInput;

/// <summary>The client has sent a valid token, its first one or a renewal. The actor answers with <c>authenticated</c>.</summary>
/// <param name="Identity">The identity from the token.</param>
/// <param name="AckId">The acknowledgement's id; null if the client wants none.</param>
public sealed record Authenticated(ClientIdentity Identity, ReadOnlyMemory<byte>? AckId) : IClientInput;

/// <summary>The transport can take a write now.</summary>
public sealed record TransportReady : IClientInput
{
    public static readonly TransportReady Instance = new();
}

/// <summary>
/// The actor sends the same message back once all earlier messages are handled and their direct answers are in the outbox. A
/// POST waits for it before it responds with <c>ok</c>.
/// </summary>
public sealed record WhenHandled : IClientInput
{
    public static readonly WhenHandled Instance = new();
}

/// <summary>The connection is gone; the actor stops.</summary>
/// <param name="Reason">The close reason.</param>
/// <param name="EndedByClient">True if the client ended the session itself, so there is nothing to recover.</param>
public sealed record TransportClosed(CloseReason Reason, bool EndedByClient = false) : IClientInput;

/// <summary>
/// The first message to a ClientActor: greet the client. The constructor does not do this, because an actor that fails there is
/// gone without a report.
/// </summary>
/// <param name="Moved">The state of a client from another node, which gets no second greeting; null otherwise.</param>
internal sealed record Greeting(MovedClient? Moved) : INoSerializationVerificationNeeded;

/// <summary>From a ClientActor to the TokenClock: send <see cref="TokenDue"/> at this time. It replaces the actor's earlier request.</summary>
/// <param name="ExpiresAt">The token's expiry, which identifies the token.</param>
/// <param name="Due">The time of the reply.</param>
internal sealed record WatchToken(DateTimeOffset ExpiresAt, DateTimeOffset Due) : INoSerializationVerificationNeeded;

/// <summary>From a ClientActor to the TokenClock: the client has gone.</summary>
internal sealed record ForgetToken : INoSerializationVerificationNeeded
{
    public static readonly ForgetToken Instance = new();
}

/// <summary>The time of a <see cref="WatchToken"/> has come.</summary>
internal sealed record TokenDue(DateTimeOffset ExpiresAt) : INoSerializationVerificationNeeded;

/// <summary>Tells a ClientActor to close the connection and stop.</summary>
internal sealed record CloseClient(CloseReason Reason) : INoSerializationVerificationNeeded;

/// <summary>From a ClientActor to its supervisor, as its last message.</summary>
internal sealed record ClientEnded(string SessionId, CloseReason Reason) : INoSerializationVerificationNeeded;

/// <summary>
/// Tells a ClientActor that its client continues on another node. The reply is <see cref="ClientMoved"/> as soon as nothing is
/// in flight. By then the actor has made its last write and stops.
/// </summary>
public sealed record MoveClient : IClientInput
{
    public static readonly MoveClient Instance = new();
}

/// <summary>The complete state of a client that moves.</summary>
public sealed record ClientMoved(MovedClient Client) : INoSerializationVerificationNeeded;

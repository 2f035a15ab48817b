using Akka.Actor;
using DeltaStream.Actors.Sessions;

namespace DeltaStream.Actors.Clients;

/// <summary>Asks the ClientSupervisor for a ClientActor; answered by <see cref="ClientOpened"/> or <see cref="ClientRefused"/>.</summary>
/// <param name="SessionId">The public session id: the <c>client_id</c> of logs and of <c>connected</c>.</param>
/// <param name="Transport">The connection.</param>
public sealed record OpenClient(string SessionId, IClientTransport Transport) : INoSerializationVerificationNeeded
{
    /// <summary>Who the client is, as its token says.</summary>
    public ClientIdentity Identity { get; init; } = ClientIdentity.Anonymous;

    /// <summary>Where its rooms are kept for the case that it loses its connection; null where they are not.</summary>
    public ClientSession? Session { get; init; }

    /// <summary>Where the client comes from another node: what it brings. It is not greeted again.</summary>
    public MovedClient? Moved { get; init; }

    /// <summary>Where the client's first message brought its token: that, to be answered before <c>connected</c> is said.</summary>
    public Authenticated? First { get; init; }
}

/// <summary>The client has its actor; it says <c>connected</c> on the first <see cref="TransportReady"/>.</summary>
public sealed record ClientOpened(IActorRef Client) : INoSerializationVerificationNeeded;

/// <summary>No client is let in.</summary>
/// <param name="Message">What the client is told.</param>
public sealed record ClientRefused(string Message) : INoSerializationVerificationNeeded;

/// <summary>What a transport tells its ClientActor.</summary>
public interface IClientInput : INoSerializationVerificationNeeded;

/// <summary>An event from the client.</summary>
/// <param name="Event">The event's name.</param>
/// <param name="Data">Its first argument as UTF-8 JSON; empty where it has none. The bytes are the actor's own.</param>
/// <param name="AckId">The acknowledgement's id as it came over the wire; null where none is asked for.</param>
public sealed record ClientEvent(string Event, ReadOnlyMemory<byte> Data, ReadOnlyMemory<byte>? AckId) : IClientInput;

/// <summary>
/// A message that the transport does not pass on: it is no event at all (plain WebSocket only: Socket.IO closes on these),
/// comes too soon after the others, or brings a token that is not good. Answered by <c>error</c>.
/// </summary>
/// <param name="Code">One of the error codes of docs/protocol.md.</param>
/// <param name="Message">What was wrong.</param>
/// <param name="AckId">The acknowledgement's id; null where none is asked for.</param>
public sealed record InvalidClientMessage(string Code, string Message, ReadOnlyMemory<byte>? AckId = null) : IClientInput;

/// <summary>The client has brought a token that is good: its first one, or one that renews it. Answered by <c>authenticated</c>.</summary>
/// <param name="Identity">What the token says.</param>
/// <param name="AckId">The acknowledgement's id; null where none is asked for.</param>
public sealed record Authenticated(ClientIdentity Identity, ReadOnlyMemory<byte>? AckId) : IClientInput;

/// <summary>The transport can take a write now.</summary>
public sealed record TransportReady : IClientInput
{
    public static readonly TransportReady Instance = new();
}

/// <summary>
/// Answered to the sender by the same message once everything before it was handled and what it caused at once is in the
/// outbox: what a POST waits for before it says <c>ok</c>.
/// </summary>
public sealed record Barrier : IClientInput
{
    public static readonly Barrier Instance = new();
}

/// <summary>The connection is gone; the actor stops.</summary>
/// <param name="Reason">Why.</param>
/// <param name="HasLeft">Whether the client has said goodbye: then there is nothing to come back to.</param>
public sealed record TransportClosed(CloseReason Reason, bool HasLeft = false) : IClientInput;

/// <summary>
/// Told to a ClientActor first: to greet its client. Not done on starting, because an actor that fails then is gone without a
/// word.
/// </summary>
/// <param name="Moved">What a client from another node brings; it is not greeted again.</param>
internal sealed record Greeting(MovedClient? Moved) : INoSerializationVerificationNeeded;

/// <summary>Told by a ClientActor to the TokenClock: tell me then with <see cref="TokenDue"/>. Replaces what it asked before.</summary>
/// <param name="ExpiresAt">When the token expires: says which one it is about.</param>
/// <param name="Due">When to tell.</param>
internal sealed record WatchToken(DateTimeOffset ExpiresAt, DateTimeOffset Due) : INoSerializationVerificationNeeded;

/// <summary>Told by a ClientActor to the TokenClock: it is gone.</summary>
internal sealed record ForgetToken : INoSerializationVerificationNeeded
{
    public static readonly ForgetToken Instance = new();
}

/// <summary>The time that was asked for with <see cref="WatchToken"/> has come.</summary>
internal sealed record TokenDue(DateTimeOffset ExpiresAt) : INoSerializationVerificationNeeded;

/// <summary>Told to a ClientActor: close the connection and stop.</summary>
internal sealed record CloseClient(CloseReason Reason) : INoSerializationVerificationNeeded;

/// <summary>Told by a ClientActor to its supervisor as the last thing.</summary>
internal sealed record ClientEnded(string SessionId, CloseReason Reason) : INoSerializationVerificationNeeded;

/// <summary>
/// Told to a ClientActor: the client goes on at another node. Answered by <see cref="ClientLeft"/> as soon as nothing is under
/// way; the actor has written its last then, and is gone.
/// </summary>
public sealed record LeaveNode : IClientInput
{
    public static readonly LeaveNode Instance = new();
}

/// <summary>All that is to be known of the client.</summary>
public sealed record ClientLeft(MovedClient Client) : INoSerializationVerificationNeeded;

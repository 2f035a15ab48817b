using Akka.Actor;

namespace DeltaStream.Actors.Sessions;

/// <summary>
/// From a ClientActor to the SessionKeeper: the client's rooms have changed. The actor sends it only once until the keeper asks
/// with <see cref="GetSession"/>.
/// </summary>
internal sealed record SessionChanged(ClientSession Session) : INoSerializationVerificationNeeded;

/// <summary>Request to a ClientActor for its session; the reply is <see cref="SessionReply"/>.</summary>
internal sealed record GetSession : INoSerializationVerificationNeeded
{
    public static readonly GetSession Instance = new();
}

/// <summary>The reply to <see cref="GetSession"/>.</summary>
internal sealed record SessionReply(ClientSession Session, SavedSession Saved) : INoSerializationVerificationNeeded;

/// <summary>From a ClientActor to the SessionKeeper when the actor stops.</summary>
/// <param name="Session">The client's session.</param>
/// <param name="Saved">The part to store; null if the client ended the session itself.</param>
internal sealed record SessionEnded(ClientSession Session, SavedSession? Saved) : INoSerializationVerificationNeeded;

/// <summary>Request to another node's SessionKeeper: is this holder still alive? The reply is <see cref="HolderAnswer"/>.</summary>
/// <param name="Number">The holder's number on that node.</param>
public sealed record IsHolderAlive(long Number);

public sealed record HolderAnswer(bool IsAlive);

/// <summary>From a ClientActor to the SessionKeeper: the client continues on another node, which keeps the session from now on.</summary>
internal sealed record SessionMoved(ClientSession Session) : INoSerializationVerificationNeeded;

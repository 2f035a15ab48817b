using Akka.Actor;

namespace DeltaStream.Actors.Sessions;

/// <summary>Told by a ClientActor to the SessionKeeper: my rooms have changed. Said once until it is asked with <see cref="TellSession"/>.</summary>
internal sealed record SessionChanged(ClientSession Session) : INoSerializationVerificationNeeded;

/// <summary>Asks a ClientActor for its state; answered by <see cref="SessionTold"/>.</summary>
internal sealed record TellSession : INoSerializationVerificationNeeded
{
    public static readonly TellSession Instance = new();
}

/// <summary>What is to be kept of a session.</summary>
internal sealed record SessionTold(ClientSession Session, SavedSession Saved) : INoSerializationVerificationNeeded;

/// <summary>Told by a ClientActor to the SessionKeeper as it stops.</summary>
/// <param name="Session">Its session.</param>
/// <param name="Saved">What is to be kept of it; null where the client has said goodbye.</param>
internal sealed record SessionEnded(ClientSession Session, SavedSession? Saved) : INoSerializationVerificationNeeded;

/// <summary>Asked of another node's SessionKeeper: does this holder still live? Answered by <see cref="HolderAnswer"/>.</summary>
/// <param name="Number">The holder's number there.</param>
public sealed record IsHolderAlive(long Number);

public sealed record HolderAnswer(bool IsAlive);

/// <summary>Told by a ClientActor to the SessionKeeper: its client goes on at another node, which keeps the session from now on.</summary>
internal sealed record SessionMoved(ClientSession Session) : INoSerializationVerificationNeeded;

using Akka.Actor;

namespace DeltaStream.Actors.Lease;

/// <summary>A message from a BridgeActor to its LeaseActor.</summary>
internal interface ILeaseInput : INoSerializationVerificationNeeded;

/// <summary>Whether the bridge receives the feed now. Sent on each change, and repeated on every tick.</summary>
internal sealed record LinkState(bool IsUp) : ILeaseInput;

/// <summary>The cluster uses this epoch.</summary>
internal sealed record EpochSeen(long Epoch) : ILeaseInput;

/// <summary>The holder of this term has released the lease, so any bridge may take it.</summary>
internal sealed record LeaseFreed(long Epoch) : ILeaseInput;

/// <summary>The store refused a write because it has a higher epoch.</summary>
internal sealed record RefusedByStore : ILeaseInput;

/// <summary>Request to give up the lease for good; the reply is <see cref="HandedOver"/>.</summary>
internal sealed record HandOver : ILeaseInput;

/// <summary>A message from the LeaseActor to its BridgeActor and to the sender of <see cref="HandOver"/>.</summary>
internal interface ILeaseEvent : INoSerializationVerificationNeeded;

/// <summary>The lease is given up. Another bridge may take it at once, or after it expires if the store did not answer.</summary>
internal sealed record HandedOver : ILeaseEvent;

/// <summary>A term begins or continues.</summary>
internal sealed record RightGranted(long Epoch) : ILeaseEvent;

internal sealed record RightEnded(long Epoch, string Reason) : ILeaseEvent;

/// <summary>The store has accepted the release of an ended term's lease.</summary>
internal sealed record LeaseReleased(long Epoch) : ILeaseEvent;

/// <summary>Says whether the term goes on although the store refuses to renew the lease.</summary>
internal sealed record GoesOnUnrenewed(bool Unrenewed) : ILeaseEvent;

/// <summary>Says whether the lease's store answers.</summary>
internal sealed record StoreState(bool IsReachable) : ILeaseEvent;

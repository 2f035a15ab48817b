using Akka.Actor;

namespace DeltaStream.Actors.Lease;

/// <summary>What a bridge tells the keeper of its lease.</summary>
internal interface ILeaseInput : INoSerializationVerificationNeeded;

/// <summary>Whether the bridge hears the feed now.</summary>
internal sealed record LinkIsUp(bool Up) : ILeaseInput;

/// <summary>An epoch was seen in the cluster.</summary>
internal sealed record EpochSeen(long Epoch) : ILeaseInput;

/// <summary>The holder of that term has given the lease back, and any bridge may take it.</summary>
internal sealed record LeaseFreed(long Epoch) : ILeaseInput;

/// <summary>The store refused a write: it knows a higher epoch.</summary>
internal sealed record RefusedByStore : ILeaseInput;

/// <summary>Give the lease up for good; answered by <see cref="HandedOn"/>.</summary>
internal sealed record HandOn : ILeaseInput;

/// <summary>What the keeper of the lease tells its bridge, and the sender of <see cref="HandOn"/>.</summary>
internal interface ILeaseEvent : INoSerializationVerificationNeeded;

/// <summary>The lease is given up; another bridge may take it: at once, or, where the store did not answer, when it has expired.</summary>
internal sealed record HandedOn : ILeaseEvent;

/// <summary>A term has begun, or goes on.</summary>
internal sealed record RightGranted(long Epoch) : ILeaseEvent;

internal sealed record RightEnded(long Epoch, string Reason) : ILeaseEvent;

/// <summary>The lease of a term that is over was given back to the store.</summary>
internal sealed record LeaseReleased(long Epoch) : ILeaseEvent;

/// <summary>Whether the store of the lease answers.</summary>
internal sealed record StoreReachable(bool Reachable) : ILeaseEvent;

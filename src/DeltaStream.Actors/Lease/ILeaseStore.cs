using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Lease;

/// <summary>A lease that was granted.</summary>
/// <param name="Epoch">The new term's epoch.</param>
/// <param name="EpochBefore">
/// The epoch of the last grant that the store remembers, 0 if none. One below an epoch that was seen in the cluster says that
/// the store has lost its data, and with it who held the lease.
/// </param>
public readonly record struct LeaseGrant(long Epoch, long EpochBefore);

/// <summary>What the store says to who asks for the lease.</summary>
/// <param name="Grant">The grant; null while another owner holds the lease.</param>
/// <param name="FreeIn">After how long it is there for the taking unless it is prolonged until then; zero with a grant.</param>
public readonly record struct LeaseAnswer(LeaseGrant? Grant, TimeSpan FreeIn);

/// <summary>The one lease of the active bridge, kept where its work is. Every call may throw <see cref="FeedUnavailableException"/>.</summary>
public interface ILeaseStore
{
    /// <summary>
    /// Takes the lease if nobody holds it and, in the same atomic step, a new epoch: greater than the stored one, than
    /// <paramref name="epochFloor"/> and than the store's own time in milliseconds, so that it never goes backwards even
    /// when the store comes back empty.
    /// </summary>
    /// <param name="owner">Who asks: unique for each start of a bridge.</param>
    /// <param name="ttl">How long the grant holds without renewal.</param>
    /// <param name="epochFloor">The greatest epoch that was seen in the cluster.</param>
    /// <param name="cancellation">Ends the wait.</param>
    ValueTask<LeaseAnswer> TryAcquireAsync(string owner, TimeSpan ttl, long epochFloor, CancellationToken cancellation);

    /// <summary>Prolongs the lease; false when it is no longer this owner's (expired, flushed or taken).</summary>
    ValueTask<bool> RenewAsync(string owner, long epoch, TimeSpan ttl, CancellationToken cancellation);

    /// <summary>Gives the lease up if it is still this owner's.</summary>
    ValueTask ReleaseAsync(string owner, long epoch, CancellationToken cancellation);
}

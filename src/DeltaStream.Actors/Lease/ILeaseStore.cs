using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Lease;

/// <summary>A grant of the lease.</summary>
/// <param name="Epoch">The epoch of the new term.</param>
/// <param name="EpochBefore">
/// The epoch of the last grant that the store remembers; 0 if none. If the cluster has seen a higher epoch, the store has lost
/// its data and with it the record of the holder.
/// </param>
public readonly record struct LeaseGrant(long Epoch, long EpochBefore);

/// <summary>The store's answer to a request for the lease.</summary>
/// <param name="Grant">The grant; null while another owner holds the lease.</param>
/// <param name="FreeIn">The time until the other owner's lease expires unless renewed; zero with a grant.</param>
public readonly record struct LeaseAnswer(LeaseGrant? Grant, TimeSpan FreeIn);

/// <summary>
/// The lease of the active bridge, kept in the same store as its data. Every call may throw <see
/// cref="FeedUnavailableException"/>.
/// </summary>
public interface ILeaseStore
{
    /// <summary>
    /// Takes the lease if it is free and, in the same atomic step, a new epoch. The epoch is greater than the stored one, than
    /// <paramref name="epochFloor"/> and than the store's clock in milliseconds, so it never goes backwards even when the store
    /// comes back empty.
    /// </summary>
    /// <param name="owner">The requesting bridge, with an id that is unique for each start.</param>
    /// <param name="ttl">How long the grant holds without renewal.</param>
    /// <param name="epochFloor">The highest epoch that was seen in the cluster.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    ValueTask<LeaseAnswer> TryAcquireAsync(string owner, TimeSpan ttl, long epochFloor, CancellationToken cancellation);

    /// <summary>Renews the lease. False if this owner no longer holds it, because it expired, was flushed or was taken.</summary>
    ValueTask<bool> RenewAsync(string owner, long epoch, TimeSpan ttl, CancellationToken cancellation);

    /// <summary>Releases the lease if this owner still holds it.</summary>
    ValueTask ReleaseAsync(string owner, long epoch, CancellationToken cancellation);
}

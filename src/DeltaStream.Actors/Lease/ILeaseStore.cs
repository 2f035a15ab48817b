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

/// <summary>What became of a renewal.</summary>
public enum LeaseRenewalResult
{
    /// <summary>The owner no longer holds the lease: it was granted to another owner, or the store was flushed.</summary>
    Lost,

    /// <summary>The owner holds the lease for another ttl.</summary>
    Renewed,

    /// <summary>
    /// The store answers and delivers messages, but refuses all writes, so nobody else can take the lease either. No other owner has
    /// been granted it.
    /// </summary>
    Refused,
}

/// <summary>The store's answer to a renewal.</summary>
/// <param name="Result">What became of it.</param>
/// <param name="ExpiresIn">The time until the lease of a refused renewal expires; zero if it has expired.</param>
public readonly record struct LeaseRenewal(LeaseRenewalResult Result, TimeSpan ExpiresIn = default);

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

    /// <summary>
    /// Renews the lease. An expired lease is renewed too, if no other bridge was granted it since, in one atomic step.
    /// </summary>
    ValueTask<LeaseRenewal> RenewAsync(string owner, long epoch, TimeSpan ttl, CancellationToken cancellation);

    /// <summary>Releases the lease if this owner still holds it.</summary>
    ValueTask ReleaseAsync(string owner, long epoch, CancellationToken cancellation);
}

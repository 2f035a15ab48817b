using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Cache;

/// <summary>A product, or a product's expiry, that has had a value lately.</summary>
/// <param name="Key">What it is.</param>
/// <param name="ReceivedAt">When its newest value was received: microseconds since the Unix epoch.</param>
public readonly record struct LatestEntry(ConflationKey Key, long ReceivedAt);

/// <summary>
/// The newest value of every key, outside the process: the platform's <c>latest:*</c> keys and the positions beside them.
/// Every call may throw <see cref="FeedUnavailableException"/>.
/// </summary>
public interface ILatestStore
{
    /// <summary>
    /// Reads values and positions together. Keys without a live value are left out. A value whose position is missing, or
    /// belongs to other bytes (another writer was there), comes back with <see cref="Position.None"/>.
    /// </summary>
    ValueTask<IReadOnlyList<MarketUpdate>> ReadAsync(IReadOnlyCollection<ConflationKey> keys, CancellationToken cancellation);

    /// <summary>Every key with a value under 60 s old.</summary>
    ValueTask<IReadOnlyList<LatestEntry>> ReadIndexAsync(CancellationToken cancellation);

    /// <summary>
    /// Writes updates (underlying and chain, no summaries) for 60 s from their receipt, each with its position in one atomic
    /// step that refuses an epoch lower than the stored one.
    /// </summary>
    /// <returns>False when any was refused: another bridge has a higher epoch.</returns>
    ValueTask<bool> WriteAsync(IReadOnlyCollection<MarketUpdate> updates, CancellationToken cancellation);
}

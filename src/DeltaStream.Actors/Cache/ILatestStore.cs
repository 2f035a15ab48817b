using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Cache;

/// <summary>A key with a recent value.</summary>
/// <param name="Key">The conflation key.</param>
/// <param name="ReceivedAt">Time of receipt of the newest value, in microseconds since the Unix epoch.</param>
public readonly record struct LatestEntry(ConflationKey Key, long ReceivedAt);

/// <summary>
/// The last-value cache outside the process: the platform's <c>latest:*</c> keys and their positions. Every call may throw <see
/// cref="FeedUnavailableException"/>.
/// </summary>
public interface ILatestStore
{
    /// <summary>
    /// Reads values together with their positions. Keys without a live value are left out. A value without a position, or with
    /// the position of other bytes because another program wrote the value, has <see cref="Position.None"/>.
    /// </summary>
    ValueTask<IReadOnlyList<MarketUpdate>> ReadAsync(IReadOnlyCollection<ConflationKey> keys, CancellationToken cancellation);

    /// <summary>Every key with a live value.</summary>
    ValueTask<IReadOnlyList<LatestEntry>> ReadIndexAsync(CancellationToken cancellation);

    /// <summary>
    /// Writes updates, but not summaries, for the lifetime of their kind from their receipt. Each is written with its position in
    /// one atomic step, which refuses an epoch lower than the stored one.
    /// </summary>
    /// <returns>False if the store refused an update because another bridge has a higher epoch.</returns>
    ValueTask<bool> WriteAsync(IReadOnlyCollection<MarketUpdate> updates, CancellationToken cancellation);
}

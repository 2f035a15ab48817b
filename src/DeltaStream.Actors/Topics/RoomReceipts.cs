namespace DeltaStream.Actors.Topics;

/// <summary>When updates of a room were received, in microseconds since the Unix epoch; 0 for never.</summary>
/// <param name="Last">The newest receipt of any of the room's keys.</param>
/// <param name="RunSince">The first receipt since the room was quiet, or the feed was away.</param>
internal readonly record struct RoomReceipts(long Last, long RunSince)
{
    /// <summary>The same after a further receipt.</summary>
    public RoomReceipts With(long at, FreshnessRule rule) =>
        at <= Last ? this : new(at, at - Last >= rule.QuietAfter || Last < rule.FeedSince ? at : RunSince);
}

/// <summary>When a room counts as quiet. Every member may be used from any thread.</summary>
internal sealed class FreshnessRule
{
    private long _quietAfter = 15_000_000;
    private long _feedSince;

    /// <summary>A room is quiet if it has received nothing for so many microseconds (ROOM_QUIET_SECONDS).</summary>
    public long QuietAfter { get => Volatile.Read(ref _quietAfter); set => Volatile.Write(ref _quietAfter, value); }

    /// <summary>When the feed became live for the last time, in microseconds since the Unix epoch.</summary>
    public long FeedSince { get => Volatile.Read(ref _feedSince); set => Volatile.Write(ref _feedSince, value); }
}

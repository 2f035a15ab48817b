using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Cache;

/// <summary>A read of the store: of these keys, or of the index if there are none.</summary>
internal sealed class StoreRead(IReadOnlyCollection<ConflationKey>? keys)
{
    public IReadOnlyCollection<ConflationKey>? Keys { get; } = keys;
}

/// <summary>A catch-up read of the store: first the index, then the values that are newer there.</summary>
internal sealed class CatchUpRead
{
    public StoreRead Read { get; } = new(null);

    /// <summary>The rooms that are settled when the read has ended.</summary>
    public List<RoomSlots> Settles { get; } = [];

    /// <summary>True if the read began after a gap in the feed; then its values go to all rooms.</summary>
    public bool IsAfterGap { get; init; }

    public long Epoch { get; init; }

    public bool HasIndex { get; set; }

    /// <summary>The ticket of the last value that the read found.</summary>
    public long Ticket { get; set; }
}

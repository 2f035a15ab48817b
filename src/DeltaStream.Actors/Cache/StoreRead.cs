using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Cache;

/// <summary>A read of the store that is to be started: of these keys, or where there are none of the index.</summary>
internal sealed class StoreRead(IReadOnlyCollection<ConflationKey>? keys)
{
    public IReadOnlyCollection<ConflationKey>? Keys { get; } = keys;
}

/// <summary>A look into the store: its index first, then the values that are newer there.</summary>
internal sealed class StoreLook
{
    public StoreRead Read { get; } = new(null);

    /// <summary>The rooms that are settled when it has ended.</summary>
    public List<RoomSlots> Settles { get; } = [];

    /// <summary>Whether it began after a gap in the feed: what it finds goes to all rooms.</summary>
    public bool IsAfterGap { get; init; }

    public long Epoch { get; init; }

    public bool HasIndex { get; set; }

    /// <summary>The ticket of the last value that it found.</summary>
    public long Ticket { get; set; }
}

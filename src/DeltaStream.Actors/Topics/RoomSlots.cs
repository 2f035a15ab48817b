using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>A room in use on the node: its slots in the order of a snapshot, and the progress of its topic.</summary>
internal sealed class RoomSlots(Room room)
{
    private const long Never = -1;

    private readonly List<Slot> _slots = [];
    private long _settledIn = Never;

    public Room Room { get; } = room;

    public IReadOnlyList<Slot> Slots => _slots;

    /// <summary>True once the room's first read is done. From then on the cache may send updates that the topic has missed.</summary>
    public bool IsReady { get; set; }

    /// <summary>The time from which the node receives <c>general</c>, in microseconds since the Unix epoch.</summary>
    public long HeardSince { get; set; } = long.MaxValue;

    /// <summary>The epoch of the last publisher whose event came over the topic. That publisher knows the topic.</summary>
    public long Heard { get; private set; }

    private RoomReceipts Received { get; set; }

    /// <summary>The progress of the topic on this node.</summary>
    public Progress Progress { get; private set; }

    /// <summary>The last epoch whose publisher is known to know the topic.</summary>
    public long SettledIn
    {
        get => Volatile.Read(ref _settledIn);
        set => Volatile.Write(ref _settledIn, value);
    }

    public void Hear(MarketUpdate copy, FreshnessRule rule)
    {
        if (copy.Position.Epoch > Heard) Heard = copy.Position.Epoch;
        Progress = Progress.With(copy.Position);
        Received = Received.With(copy.ReceivedAt, rule);
    }

    /// <summary>When the room's keys were received, over this topic, another one, or from the store.</summary>
    public RoomReceipts Receipts(FreshnessRule rule)
    {
        foreach (var slot in _slots) Received = Received.With(slot.ReceivedAt, rule);
        return Received;
    }

    /// <summary>The topic is new again: no publisher is known to know it.</summary>
    public void Unsettle() => (SettledIn, Heard) = (Never, 0);

    public void Add(Slot slot)
    {
        var at = _slots.BinarySearch(slot);
        if (at < 0) _slots.Insert(~at, slot);
    }

    public void Remove(Slot slot)
    {
        var at = _slots.BinarySearch(slot);
        if (at >= 0) _slots.RemoveAt(at);
    }
}

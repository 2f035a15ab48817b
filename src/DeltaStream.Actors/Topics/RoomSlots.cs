using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>A room in use on the node: its slots in the order of a snapshot, and how far its topic has come.</summary>
internal sealed class RoomSlots(Room room)
{
    private const long Never = -1;

    private readonly List<Slot> _slots = [];
    private long _settledIn = Never;

    public Room Room { get; } = room;

    public IReadOnlyList<Slot> Slots => _slots;

    /// <summary>Whether its first read is done, so that the cache may give its clients what the topic does not bring.</summary>
    public bool IsReady { get; set; }

    /// <summary>Since when the node hears <c>general</c>: microseconds since the Unix epoch.</summary>
    public long HeardSince { get; set; } = long.MaxValue;

    /// <summary>The last publisher whose event came over the topic: that one knows the topic.</summary>
    public long Heard { get; private set; }

    /// <summary>How far along its topic the node has come.</summary>
    public Progress Handed { get; private set; }

    /// <summary>The term in which publishers were last known to know the topic.</summary>
    public long SettledIn
    {
        get => Volatile.Read(ref _settledIn);
        set => Volatile.Write(ref _settledIn, value);
    }

    public void Hear(Position position)
    {
        if (position.Epoch > Heard) Heard = position.Epoch;
        Handed = Handed.With(position);
    }

    /// <summary>Its topic is new once more: no publisher is known to know it.</summary>
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

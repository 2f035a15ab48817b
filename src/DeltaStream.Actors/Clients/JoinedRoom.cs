using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;

namespace DeltaStream.Actors.Clients;

/// <summary>A room that a client is in, and what it has had of it.</summary>
public sealed class JoinedRoom
{
    private Dictionary<ConflationKey, MarketUpdate>? _buffer;
    private Dictionary<ConflationKey, Position>? _marks;
    private Position _highestMark;
    private Position _movedAt;
    private OwedChains? _owed;

    internal JoinedRoom(Room room) => Room = room;

    /// <summary>The room.</summary>
    public Room Room { get; }

    /// <summary>Whether its snapshot is awaited: what comes over its topic is kept back until then.</summary>
    public bool IsJoining { get; private set; } = true;

    /// <summary>The highest position seen on the room's topic, which is first-in first-out for each publisher.</summary>
    public Position Position { get; private set; }

    /// <summary>For a room about one key: the position of that key's last delivered value, over whichever room it came.</summary>
    internal Position Delivered { get; set; }

    /// <summary>For a room about one key: how far along the overlapping wide room the client was when it joined.</summary>
    internal Position WideAtJoin { get; set; }

    /// <summary>What the client may have had of the room's keys when the snapshot was asked for.</summary>
    internal Position Floor { get; private set; }

    /// <summary>Whether the client came from another node and has not had this node's snapshot yet: of that it gets only what is new to it.</summary>
    internal bool IsMoved { get; private set; }


    /// <summary>The number of the last out-of-topic value that the snapshot already held.</summary>
    internal long Serial { get; set; }

    internal int Buffered => _buffer?.Count ?? 0;

    internal int Marks => _marks?.Count ?? 0;

    /// <summary>Starts to keep back what comes, until a snapshot is in.</summary>
    internal void AwaitSnapshot(Position floor)
    {
        IsJoining = true;
        Floor = floor;
    }

    /// <summary>What the client has had of the room, for another node.</summary>
    /// <param name="owed">Chains that it has not had, though they were taken for delivered.</param>
    internal MovedRoom Move(OwedChains owed)
    {
        if (Room.Kind is not (RoomKind.Chain or RoomKind.ChainExpiry)) return new(Room, Position, Delivered, [.. _marks ?? []]);
        var marks = (_marks ?? []).Select(mark => KeyValuePair.Create(mark.Key, owed.HadOf(mark.Key, mark.Value)));
        return Room.SingleKey is { } key
            ? new(Room, owed.HadOf(key, Position), owed.HadOf(key, Delivered), [.. marks])
            : new(Room, Position, Delivered, [.. marks]);
    }

    /// <summary>Takes that over.</summary>
    internal void Restore(MovedRoom moved, OwedChains owed)
    {
        IsMoved = true;
        Position = moved.Position;
        if (Room.SingleKey is null) _movedAt = moved.Position;
        if (Room.Kind == RoomKind.Chain) _owed = owed;
        if (moved.Delivered > Delivered) Delivered = moved.Delivered;
        foreach (var (key, position) in moved.Marks) Mark(key, position);
    }

    /// <summary>The snapshot is in: updates go out as they come.</summary>
    internal void GoLive()
    {
        IsJoining = false;
        IsMoved = false;
        _owed = null;
        _buffer = null;
        Prune();
    }

    /// <summary>For a room about many keys: what the client has had of one over its topic, on the node that it came from.</summary>
    internal Position HadBeforeOf(ConflationKey key) => _owed is null ? _movedAt : _owed.HadOf(key, _movedAt);

    /// <summary>Notes a position seen on the topic; false when it is not newer than those before.</summary>
    internal bool Advance(Position position)
    {
        if (position <= Position) return false;
        Position = position;
        return true;
    }

    /// <summary>Drops every mark once the topic has passed the highest: it can bring none of those values again.</summary>
    internal void Prune()
    {
        if (_marks is not null && !IsJoining && Position >= _highestMark) _marks = null;
    }

    internal void Keep(MarketUpdate update) => (_buffer ??= new())[update.Key] = update;

    internal bool TakeKept(ConflationKey key, out MarketUpdate? update)
    {
        update = null;
        return _buffer is not null && _buffer.Remove(key, out update);
    }

    internal IEnumerable<MarketUpdate> Kept => _buffer is null ? [] : _buffer.Values;

    /// <summary>Notes that a key's value was delivered ahead of the topic, or over another room.</summary>
    internal void Mark(ConflationKey key, Position position)
    {
        _marks ??= new();
        if (position > MarkOf(key)) _marks[key] = position;
        if (position > _highestMark) _highestMark = position;
    }

    internal Position MarkOf(ConflationKey key) =>
        _marks is not null && _marks.TryGetValue(key, out var position) ? position : Position.None;
}

using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;

namespace DeltaStream.Actors.Clients;

/// <summary>What becomes of a value that did not come over a topic.</summary>
public enum OfferResult : byte
{
    /// <summary>The client has it, has something newer, or is not in the room.</summary>
    Drop = 1,

    /// <summary>It is to be sent.</summary>
    Deliver = 2,

    /// <summary>The client is ahead of who offered it; to be offered again once that one has caught up with the client.</summary>
    AskAgain = 3,
}

/// <summary>
/// Which rooms a client is in, and which copy of an update it is sent: each at most once, never an older one of a key after
/// a newer one, always the last one. It keeps one position a room, not one a key of <c>general</c>.
/// <para>
/// Updates overlap in two ways: <c>general</c> with <c>product:X</c>, and <c>chain:X</c> with <c>chain:X:E</c>. The narrow
/// room of each pair is about one key; it knows the position of that key's last delivered value, and while a client is in it
/// that position alone decides, whichever room a copy comes over. Elsewhere the position of the topic decides, and a small
/// table of marks remembers what was delivered ahead of it.
/// </para>
/// </summary>
public sealed partial class DeliveryLedger
{
    private JoinedRoom? _general;
    private Dictionary<string, JoinedRoom>? _chains;
    private Dictionary<ConflationKey, JoinedRoom>? _narrow;
    private int _overtaken;

    /// <summary>How many rooms the client is in.</summary>
    public int Count => (_general is null ? 0 : 1) + (_chains?.Count ?? 0) + (_narrow?.Count ?? 0);

    /// <summary>The rooms the client is in.</summary>
    public IEnumerable<JoinedRoom> Rooms
    {
        get
        {
            if (_general is not null) yield return _general;
            if (_chains is not null)
                foreach (var room in _chains.Values) yield return room;
            if (_narrow is not null)
                foreach (var room in _narrow.Values) yield return room;
        }
    }

    /// <summary>The room, if the client is in it.</summary>
    public JoinedRoom? Find(Room room)
    {
        JoinedRoom? found = null;
        switch (room.Kind)
        {
            case RoomKind.General:
                return _general;
            case RoomKind.Chain:
                _chains?.TryGetValue(room.Symbol!, out found);
                return found;
            default:
                _narrow?.TryGetValue(room.SingleKey!.Value, out found);
                return found;
        }
    }

    /// <summary>Enters a room; what comes over its topic is kept back until <see cref="Complete"/>.</summary>
    public JoinedRoom Join(Room room)
    {
        var joined = new JoinedRoom(room);
        switch (room.Kind)
        {
            case RoomKind.General:
                _general = joined;
                joined.Advance(WideLeftAt(room));
                break;
            case RoomKind.Chain:
                (_chains ??= new()).Add(room.Symbol!, joined);
                joined.Advance(WideLeftAt(room));
                break;
            default:
                var key = room.SingleKey!.Value;
                (_narrow ??= new()).Add(key, joined);
                joined.Delivered = Later(WideOf(room)?.MarkOf(key) ?? Position.None, LeftAt(key));
                joined.WideAtJoin = WideOf(room)?.Position ?? WideLeftAt(Overlapping(room));
                break;
        }

        return joined;
    }

    /// <summary>
    /// Starts a snapshot: what comes over the room's topic from now on is kept back until <see cref="Complete"/>.
    /// </summary>
    /// <returns>What the snapshot has to have seen of the room, and of the wide room that overlaps it.</returns>
    public (Position Room, Position Wide) BeginSnapshot(JoinedRoom joined)
    {
        // Remembered from the join on: the wide room may have been left since, but what it brought was delivered.
        var wide = Later(WideOf(joined.Room)?.Position ?? Position.None, joined.WideAtJoin);
        joined.AwaitSnapshot(Later(joined.Position, wide));
        return (joined.Position, wide);
    }

    /// <summary>Enters a room that the client was in on another node: what it has had there it is not sent again.</summary>
    /// <param name="moved">The room.</param>
    /// <param name="owed">What it has not had of chains.</param>
    public JoinedRoom Restore(MovedRoom moved, OwedChains owed)
    {
        var joined = Join(moved.Room);
        joined.Restore(moved, owed);
        return joined;
    }

    /// <summary>Leaves a room; false when the client was not in it.</summary>
    public bool Leave(Room room)
    {
        switch (room.Kind)
        {
            case RoomKind.General:
                (var general, _general) = (_general, null);
                return RememberWide(general);
            case RoomKind.Chain:
                JoinedRoom? chain = null;
                _chains?.Remove(room.Symbol!, out chain);
                return RememberWide(chain);
            default:
                var key = room.SingleKey!.Value;
                if (_narrow is null || !_narrow.Remove(key, out var left)) return false;
                if (_narrow.Count == 0) _narrow = null;
                Remember(key, left.Delivered);
                // The wide room's topic may still bring what was delivered over the narrow one.
                var wide = WideOf(room);
                if (wide is not null && (wide.IsJoining || left.Delivered > wide.Position)) wide.Mark(key, left.Delivered);
                return true;
        }
    }

    /// <summary>Whether any of the client's rooms is for the update.</summary>
    public bool Covers(MarketUpdate update) => update.Event switch
    {
        MarketEvent.ChainSummary => _general is not null,
        MarketEvent.UnderlyingUpdate => _general is not null || NarrowOf(update) is not null,
        _ => (_chains is not null && _chains.ContainsKey(update.Key.Product)) || NarrowOf(update) is not null,
    };

    /// <summary>Takes in what came over a room's topic.</summary>
    /// <returns>Whether it is to be sent now.</returns>
    public bool Receive(Room room, MarketUpdate update)
    {
        var joined = FindFor(room, update);
        if (joined is null || !joined.Advance(update.Position)) return false;
        if (joined.IsJoining)
        {
            joined.Keep(update);
            return false;
        }

        var mark = joined.MarkOf(update.Key);
        var isNew = update.Position > mark;
        joined.Prune();
        var narrow = NarrowOf(update);
        if (narrow is not null)
        {
            var delivered = narrow.Delivered;
            isNew &= Arbitrate(narrow, update.Position);
            // While the client is in the wide room as well, what is older may have come over that.
            if (joined == narrow && update.Position < delivered && WideOf(room) is null) _overtaken++;
        }
        else if (update.Position < mark)
        {
            _overtaken++;
        }

        return isNew && !update.IsRepeat;
    }

    /// <summary>
    /// How many updates since the last call came over a topic after a newer one, which was read from the store, had been sent:
    /// superseded on the way, where the mediator lags behind the store.
    /// </summary>
    public int TakeOvertaken()
    {
        var overtaken = _overtaken;
        _overtaken = 0;
        return overtaken;
    }

    /// <summary>Takes in a room's snapshot; from now on updates go out as they come.</summary>
    /// <param name="joined">The room.</param>
    /// <param name="values">The newest value of each of its keys, in the order they are to be sent.</param>
    /// <param name="isComplete">Whether whoever made it had seen all that the client had when it asked.</param>
    /// <param name="seen">How far along the room's topic whoever made it had seen.</param>
    /// <param name="serial">The number of the last value offered out of topic that it holds.</param>
    /// <param name="due">Gets what is to be sent, in order.</param>
    public void Complete(JoinedRoom joined, IReadOnlyList<MarketUpdate> values, bool isComplete, Position seen, long serial, ICollection<MarketUpdate> due)
    {
        foreach (var value in values)
        {
            var newest = joined.TakeKept(value.Key, out var kept) && kept!.Position > value.Position && kept.Position > seen ? kept : value;
            // A snapshot answers a request, so it repeats what the client has, but never goes behind it.
            var mayBeOlder = !isComplete && newest == value && joined.Floor > Position.None && value.Position <= joined.Floor;
            if (joined.IsMoved ? !HadBefore(joined, newest) : !mayBeOlder && newest.Position >= LastOf(joined, newest))
                Deliver(joined, newest, due);
        }

        foreach (var kept in joined.Kept)
        {
            // What whoever made it takes as out of order and does not have, it will offer.
            if (kept.Position > seen && kept.Position > LastOf(joined, kept) && !HadBefore(joined, kept)) Deliver(joined, kept, due);
        }

        // Whoever made it lags behind the client, and will come with what the client may have had from the wide room.
        if (!isComplete && joined.Room.SingleKey is not null) joined.Delivered = Later(joined.Delivered, joined.Floor);
        joined.Advance(seen);
        joined.Serial = serial;
        joined.GoLive();
    }

    /// <summary>Takes in a value that did not come over the room's topic: it was read from the store.</summary>
    /// <param name="room">The room it is for.</param>
    /// <param name="update">The value; newer than all of its key that whoever offers it has seen.</param>
    /// <param name="seen">How far along the room's topic whoever offers it has seen.</param>
    /// <param name="serial">Counts what is offered.</param>
    public OfferResult Offer(Room room, MarketUpdate update, Position seen, long serial)
    {
        var joined = FindFor(room, update);
        // A snapshot that is still awaited will hold it.
        if (joined is null || joined.IsJoining || serial <= joined.Serial) return OfferResult.Drop;
        var narrow = NarrowOf(update);
        if (narrow is { IsJoining: false }) return Arbitrate(narrow, update.Position) ? OfferResult.Deliver : OfferResult.Drop;
        if (update.Position <= LastOf(joined, update)) return OfferResult.Drop;
        if (update.Position <= joined.Position && seen < joined.Position) return OfferResult.AskAgain;
        if (update.Position > joined.Position) joined.Mark(update.Key, update.Position);
        if (narrow is not null) narrow.Delivered = update.Position;
        return OfferResult.Deliver;
    }

    private static bool Arbitrate(JoinedRoom narrow, Position position)
    {
        if (position <= narrow.Delivered) return false;
        narrow.Delivered = position;
        return true;
    }

    /// <summary>Whether a client that has moved here had this on the node that it came from, maybe of an earlier publisher.</summary>
    private bool HadBefore(JoinedRoom joined, MarketUpdate update) =>
        joined.IsMoved && (update.RepeatOf ?? update.Position) <= Later(joined.HadBeforeOf(update.Key), LastOf(joined, update));

    private void Deliver(JoinedRoom joined, MarketUpdate update, ICollection<MarketUpdate> due)
    {
        var narrow = NarrowOf(update);
        if (narrow is not null) narrow.Delivered = update.Position;
        if (joined != narrow && update.Position > joined.Position) joined.Mark(update.Key, update.Position);
        due.Add(update);
    }

    /// <summary>The last delivered position that is known of an update's key.</summary>
    private Position LastOf(JoinedRoom joined, MarketUpdate update)
    {
        var marked = joined.MarkOf(update.Key);
        if (update.Event == MarketEvent.ChainSummary) return marked;
        return Later(marked, NarrowOf(update)?.Delivered ?? LeftAt(update.Key));
    }

    private static Position Later(Position one, Position other) => one > other ? one : other;

    private JoinedRoom? FindFor(Room room, MarketUpdate update)
    {
        JoinedRoom? found = null;
        switch (room.Kind)
        {
            case RoomKind.General:
                return _general;
            case RoomKind.Chain:
                _chains?.TryGetValue(update.Key.Product, out found);
                return found;
            default:
                return NarrowOf(update);
        }
    }

    private JoinedRoom? NarrowOf(MarketUpdate update)
    {
        JoinedRoom? found = null;
        if (update.Event != MarketEvent.ChainSummary) _narrow?.TryGetValue(update.Key, out found);
        return found;
    }

    /// <summary>The wide room that overlaps a narrow one.</summary>
    private static Room Overlapping(Room narrow) => narrow.Kind == RoomKind.Product ? Room.General : Room.Chain(narrow.Symbol!);

    private JoinedRoom? WideOf(Room room)
    {
        JoinedRoom? found = null;
        if (room.Kind == RoomKind.Product) return _general;
        if (room.Kind == RoomKind.ChainExpiry) _chains?.TryGetValue(room.Symbol!, out found);
        return found;
    }
}

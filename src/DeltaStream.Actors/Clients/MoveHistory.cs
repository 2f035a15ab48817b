using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// The updates that a client has received on its former nodes. It has positions instead of serials, because each node has an
/// order of its own: a position up to which the client has received everything of a wide room, and keys that are ahead of or
/// behind that position.
/// </summary>
internal sealed class MoveHistory
{
    private readonly Dictionary<string, Position> _until;
    private readonly Dictionary<(MarketEvent Event, ConflationKey Key), Position> _ahead;
    private readonly Dictionary<(MarketEvent Event, ConflationKey Key), Position> _notReceived;

    public MoveHistory() => (_until, _ahead, _notReceived) = ([], [], []);

    public MoveHistory(MovedRooms moved)
    {
        _until = moved.Until.ToDictionary(it => NameOf(it.Room), it => it.Position);
        _ahead = moved.Ahead.ToDictionary(it => (it.Event, it.Key), it => it.Position);
        _notReceived = moved.NotReceived.ToDictionary(it => (it.Event, it.Key), it => it.Position);
    }

    /// <summary>True if the client has received an update on one of its former nodes.</summary>
    /// <param name="event">The update's event.</param>
    /// <param name="key">The update's key.</param>
    /// <param name="position">The position of the copy.</param>
    /// <param name="first">The position under which this node first received the update.</param>
    public bool ReceivedOnFormerNode(MarketEvent @event, ConflationKey key, Position position, Position first)
    {
        if (_notReceived.TryGetValue((@event, key), out var notReceived)) return Later(position, first) < notReceived;
        if (_ahead.TryGetValue((@event, key), out var ahead) && (position <= ahead || first <= ahead)) return true;
        return _until.Count > 0 && _until.TryGetValue(WideOf(@event, key), out var until) && (position <= until || first <= until);
    }

    /// <summary>True if a snapshot's value would be older than the client's last update of that key.</summary>
    public bool GoesBack(Slot slot, bool isBehind)
    {
        var top = Later(slot.Position, slot.Update!.Position);
        if (_ahead.TryGetValue((slot.Event, slot.Key), out var ahead) && top < ahead) return true;
        if (_notReceived.TryGetValue((slot.Event, slot.Key), out var notReceived)) return top < notReceived;
        return isBehind && ReceivedOnFormerNode(slot.Event, slot.Key, slot.Position, slot.Update.Position);
    }

    /// <summary>True if the node may lack updates of this room that the client has received elsewhere.</summary>
    public bool IsBehind(Room room, NodeOrder order)
    {
        var wide = room.Overlapping ?? room;
        return _until.TryGetValue(NameOf(wide), out var until) && order.IsBehind(wide, until);
    }

    /// <summary>
    /// An update is sent, so older notes about its key are obsolete. While the client is still joining, another room may
    /// deliver the same update, so its position is noted.
    /// </summary>
    public void Sent(MarketEvent @event, ConflationKey key, Position position, bool isArriving)
    {
        _notReceived.Remove((@event, key));
        if (isArriving) _ahead[(@event, key)] = position;
        else _ahead.Remove((@event, key));
    }

    /// <summary>The history for the next node, which starts with the positions of the wide rooms.</summary>
    public MoveHistory Next()
    {
        var next = new MoveHistory();
        foreach (var (wide, until) in _until) next._until.Add(wide, until);
        return next;
    }

    /// <summary>
    /// Records that the client has received all of a wide room up to its present position, unless the room may have missed
    /// updates.
    /// </summary>
    public void NoteUntil(JoinedRoom wide, NodeOrder order)
    {
        if (order.IsBehind(wide.Room, Position.None)) return;
        RaiseUntil(wide.Room, wide.TopicProgress.Latest);
    }

    /// <summary>
    /// Records a slot of one of the client's rooms, if the client is ahead of its wide room's position there or has not
    /// received the slot's update.
    /// </summary>
    public void Note(Slot slot, MoveHistory before, bool received)
    {
        var (name, position) = ((slot.Event, slot.Key), slot.Position);
        if (_ahead.ContainsKey(name) || _notReceived.ContainsKey(name)) return;
        var isAhead = before._ahead.TryGetValue(name, out var ahead);
        var isNotReceived = before._notReceived.TryGetValue(name, out var notReceived);
        if (!received && !before.ReceivedOnFormerNode(slot.Event, slot.Key, position, slot.Update!.Position))
            _notReceived[name] = Later(notReceived, position);
        else if (isNotReceived && Later(position, slot.Update!.Position) < notReceived)
            _notReceived[name] = notReceived;
        else if ((isAhead && ahead > position) || !_until.TryGetValue(WideOf(slot.Event, slot.Key), out var until) || position > until)
            _ahead[name] = Later(ahead, position);
    }

    /// <summary>The complete history for the next node.</summary>
    public MovedRooms Close(IReadOnlyList<Room> rooms, MoveHistory before, IEnumerable<LeftRoomValue> left, IEnumerable<MarketUpdate> waiting)
    {
        // These keys belong to rooms that the client is no longer in.
        foreach (var (name, position) in before._ahead) if (!_notReceived.ContainsKey(name)) _ahead.TryAdd(name, position);
        foreach (var (name, position) in before._notReceived) if (!_ahead.ContainsKey(name)) _notReceived.TryAdd(name, position);
        // The last room that held a key knows best what the client has of it.
        foreach (var value in left.Reverse())
        {
            if (value.Wide is { } wide)
            {
                if (!rooms.Contains(wide)) RaiseUntil(wide, value.Position);
            }
            else if (value.Event is { } @event && !_ahead.ContainsKey((@event, value.Key)) && !_notReceived.ContainsKey((@event, value.Key))
                && !rooms.Any(@event.RoomsOf(value.Key).Contains))
            {
                (value.IsReceived ? _ahead : _notReceived)[(@event, value.Key)] = value.Position;
            }
        }

        foreach (var update in waiting)
        {
            _ahead.Remove((update.Event, update.Key));
            _notReceived[(update.Event, update.Key)] = update.Position;
        }

        return new(rooms, [.. _until.Select(it => (it.Key.Length == 0 ? Room.General : Room.Chain(it.Key), it.Value))], List(_ahead), List(_notReceived));
    }

    private static IReadOnlyList<(MarketEvent, ConflationKey, Position)> List(Dictionary<(MarketEvent Event, ConflationKey Key), Position> positions) =>
        [.. positions.Select(it => (it.Key.Event, it.Key.Key, it.Value))];

    private void RaiseUntil(Room wide, Position position) => _until[NameOf(wide)] = Later(_until.GetValueOrDefault(NameOf(wide)), position);

    // No product has an empty symbol, so the empty name stands for <c>general</c>.
    private static string NameOf(Room wide) => wide.Symbol ?? "";

    private static string WideOf(MarketEvent @event, ConflationKey key) => @event.Wide == RoomKind.Chain ? key.Symbol : "";

    private static Position Later(Position one, Position other) => one > other ? one : other;
}

/// <summary>
/// The client's progress in a room that it left a moment ago: a position up to which it has received all of a wide room, or one
/// key's value.
/// </summary>
internal readonly record struct LeftRoomValue(Room? Wide, MarketEvent? Event, ConflationKey Key, Position Position, bool IsReceived);

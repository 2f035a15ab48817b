using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// Knows a client's rooms and decides which copies of an update to send. The client gets each update at most once, never an
/// older update of a key after a newer one, and always the last one. Updates overlap in two pairs: <c>general</c> with
/// <c>product:X</c>, and <c>chain:X</c> with <c>chain:X:E</c>. While a client is in the narrow room of a pair, that room's
/// serial decides about copies from both rooms. Otherwise the serial of the wide room's snapshot and the key's barrier decide.
/// </summary>
internal sealed class ClientRooms
{
    // The wide room's topic can lag behind a narrow room only for milliseconds, so few marks suffice.
    private const int MarksKept = 64;

    // The values of rooms that the client left. Another node lags only for milliseconds, so few of them suffice.
    private const int LeftRoomsKept = 64;

    private readonly JoinedRooms _joined = new();
    private MoveHistory? _history;
    private Queue<LeftRoomValue>? _leftRooms;
    private int _marks;
    private int _arriving;
    private int _lastJoinId;
    private int _superseded;

    /// <summary>The rooms, and the narrow rooms that the client has left.</summary>
    public JoinedRooms Index => _joined;

    /// <summary>The number of rooms that the client is in.</summary>
    public int Count => _joined.Count - _marks;

    /// <summary>The rooms that the client is in.</summary>
    public IEnumerable<JoinedRoom> Rooms => _joined.All.Where(static joined => !joined.IsMark);

    /// <summary>The rooms with a join in flight.</summary>
    public IEnumerable<JoinedRoom> Joining => _joined.All.Where(static joined => joined.Join is not null);

    /// <summary>The room if the client is in it; null otherwise.</summary>
    public JoinedRoom? Find(Room room) => In(_joined.Find(room));

    /// <summary>The room whose join has this id and waits for this step.</summary>
    public JoinedRoom? Find(int joinId, JoinStep step) => _joined.All.FirstOrDefault(joined => joined.Join is { } join && join.Id == joinId && join.Step == step);

    /// <summary>The room whose join waits for the acknowledgement of exactly this subscription.</summary>
    public JoinedRoom? Find(object subscription) => _joined.All.FirstOrDefault(
        joined => joined.Join is { Step: JoinStep.Subscription } join && ReferenceEquals(join.Subscription, subscription));

    /// <summary>Enters a room. Its updates are sent only after <see cref="CompleteJoin"/>.</summary>
    public JoinedRoom Enter(Room room, JoinPurpose purpose)
    {
        var joined = _joined.Find(room) ?? _joined.Add(room);
        if (joined.IsMark) (joined.IsMark, _marks) = (false, _marks - 1);
        Start(joined, purpose);
        return joined;
    }

    /// <summary>Requests the snapshot of a room that the client is in.</summary>
    /// <returns>True if this starts a join; false if the join in flight will answer.</returns>
    public bool Ask(JoinedRoom joined)
    {
        if (joined.Join is { } join)
        {
            if (join.Purpose is JoinPurpose.OnConnect or JoinPurpose.Resubscribe) join.Purpose = JoinPurpose.Snapshot;
            return false;
        }

        Start(joined, JoinPurpose.Snapshot);
        joined.Join!.Step = JoinStep.View;
        return true;
    }

    /// <summary>Joins every room again after the node has lost its subscriptions.</summary>
    public void JoinAgain()
    {
        foreach (var joined in Rooms)
        {
            // A new mediator would keep the name of a topic for ever that is left before it was subscribed to.
            joined.HasSubscribed = false;
            Start(joined, joined.Join?.Purpose ?? JoinPurpose.Resubscribe);
        }
    }

    /// <summary>Leaves a room; false if the client was not in it.</summary>
    /// <param name="room">The room.</param>
    /// <param name="order">The node's order.</param>
    public bool Leave(Room room, NodeOrder order)
    {
        if (Find(room) is not { } joined) return false;
        if (joined.Serial > 0) Remember(joined, order);
        End(joined);
        joined.HasSubscribed = false;
        if (room.Overlapping is { } wide && joined.Serial > 0 && _joined.Find(wide) is not null)
        {
            Mark(joined);
            return true;
        }

        _joined.Remove(room);
        if (room.IsWide) Unmark(room);
        return true;
    }

    /// <summary>True if the update belongs to one of the client's rooms.</summary>
    public bool Covers(MarketUpdate update) =>
        _joined.WideOf(update.Event, update.Key) is not null || (update.Event.Narrow is not null && In(_joined.NarrowOf(update.Key)) is not null);

    /// <summary>Handles an event of a room's topic. Returns the update if it must be sent, else null.</summary>
    public MarketUpdate? Receive(RoomEvent roomEvent)
    {
        if (FindFor(roomEvent.Room, roomEvent.Update) is not { IsJoined: true } joined) return null;
        var position = roomEvent.Update.Position;
        if (joined.Room.IsWide) joined.TopicProgress = joined.TopicProgress.With(position);
        return roomEvent.ToSend is { } update && IsNew(joined, update, position) ? update : null;
    }

    /// <summary>Handles an update that the cache gives because the topic has missed it. Returns the update if it must be sent, else null.</summary>
    public MarketUpdate? Receive(MissedUpdate missed)
    {
        if (FindFor(missed.Room, missed.Update) is not { IsJoined: true } joined) return null;
        if (joined.Room.IsWide) joined.LastGiven = missed.Number;
        return IsNew(joined, missed.Update, missed.Update.Position) ? missed.Update : null;
    }

    /// <summary>
    /// The number of updates since the last call that were superseded on their way: a newer value from the store was sent
    /// before they came.
    /// </summary>
    public int TakeSuperseded()
    {
        var superseded = _superseded;
        _superseded = 0;
        return superseded;
    }

    /// <summary>
    /// Ends a join: reads the room's snapshot at this moment. Earlier updates are in the snapshot; later updates have a higher
    /// serial and are sent as they come.
    /// </summary>
    /// <returns>The snapshot's updates, in order.</returns>
    public IReadOnlyList<MarketUpdate> CompleteJoin(JoinedRoom joined, RoomView view)
    {
        var purpose = joined.Join!.Purpose;
        var isBehind = _history is not null && _history.IsBehind(joined.Room, view.Order);
        joined.SnapshotValues = 0;
        var reading = view.Read(slot =>
        {
            joined.SnapshotValues++;
            if (!IsWanted(joined, slot, purpose, isBehind)) return null;
            // The narrow room's topic may still deliver this value, and must not send it again.
            if (joined.Room.IsWide && NarrowWithSerial(slot.Event, slot.Key) is { IsMark: false } narrow) narrow.Serial = Math.Max(narrow.Serial, slot.Serial);
            _history?.Sent(slot.Event, slot.Key, slot.Position, _arriving > 0);
            return slot.Update;
        });
        End(joined);
        (joined.Serial, joined.TopicProgress, joined.LastGiven) = (reading.Serial, reading.Progress, reading.Given);
        if (joined.Room.IsWide) Unmark(joined.Room);
        return reading.Values;
    }

    /// <summary>The updates that the client has received, in a form that another node can use.</summary>
    /// <param name="order">This node's order.</param>
    /// <param name="waiting">Waiting updates that do not move with the client.</param>
    public MovedRooms Move(NodeOrder order, IEnumerable<MarketUpdate> waiting)
    {
        var history = _history ?? new();
        var next = history.Next();
        foreach (var joined in Rooms.Where(static joined => joined.Room.IsWide)) next.NoteUntil(joined, order);
        foreach (var joined in Rooms)
            order.Read(joined.Room, 0, slot =>
            {
                next.Note(slot, history, ReceivedInAnyRoom(slot));
                return null;
            });
        return next.Close([.. Rooms.Select(static joined => joined.Room)], history, _leftRooms ?? [], waiting);
    }

    /// <summary>Enters the rooms that the client was in on another node.</summary>
    public void Arrive(MovedRooms moved)
    {
        _history = new(moved);
        foreach (var room in moved.Rooms) Enter(room, JoinPurpose.Moved);
        _arriving = moved.Rooms.Count;
    }

    private static JoinedRoom? In(JoinedRoom? joined) => joined is { IsMark: false } ? joined : null;

    private void Start(JoinedRoom joined, JoinPurpose purpose)
    {
        joined.Join = new(purpose, ++_lastJoinId, joined.Join);
    }

    private void End(JoinedRoom joined)
    {
        if (joined.Join is { Purpose: JoinPurpose.Moved }) _arriving--;
        joined.Join = null;
    }

    /// <summary>
    /// Remembers the client's progress in a room that it leaves, because a node to which the client moves may still lag behind
    /// that progress.
    /// </summary>
    private void Remember(JoinedRoom left, NodeOrder order)
    {
        if (left.Room.IsWide && !order.IsBehind(left.Room, Position.None)) Note(new(left.Room, null, default, left.TopicProgress.Latest, true));
        else
            order.Read(left.Room, 0, slot =>
            {
                Note(new(null, slot.Event, slot.Key, slot.Position, ReceivedIn(left, slot) || ReceivedOnFormerNode(slot)));
                return null;
            });

        void Note(LeftRoomValue value)
        {
            _leftRooms ??= [];
            if (_leftRooms.Count == LeftRoomsKept) _leftRooms.Dequeue();
            _leftRooms.Enqueue(value);
        }
    }

    private bool IsNew(JoinedRoom joined, MarketUpdate update, Position position)
    {
        if (update.Serial <= joined.Serial || _history?.ReceivedOnFormerNode(update.Event, update.Key, position, update.Position) == true)
        {
            // If the client is also in the wide room, it received the older update there.
            if (update.Serial < joined.Serial && !joined.Room.IsWide && _joined.WideOf(update.Event, update.Key) is null) _superseded++;
            return false;
        }

        if (NarrowWithSerial(update.Event, update.Key) is { } narrow)
        {
            if (update.Serial <= narrow.Serial) return false;
            narrow.Serial = update.Serial;
            if (narrow.IsMark) Forget(narrow);
        }
        else if (update.Serial < update.Barrier)
        {
            _superseded++;
            return false;
        }

        _history?.Sent(update.Event, update.Key, position > update.Position ? position : update.Position, _arriving > 0);
        return true;
    }

    private bool IsWanted(JoinedRoom joined, Slot slot, JoinPurpose purpose, bool isBehind) => purpose switch
    {
        JoinPurpose.OnConnect => slot.Key.Kind.IsSentOnConnect,
        JoinPurpose.Snapshot or JoinPurpose.Recovered => _history?.GoesBack(slot, isBehind) != true,
        JoinPurpose.Moved => !ReceivedOnFormerNode(slot) && !ReceivedInOverlappingRoom(joined, slot),
        // JoinPurpose.Resubscribe: the values that the client missed.
        _ => !ReceivedIn(joined, slot) && !ReceivedOnFormerNode(slot),
    };

    /// <summary>True if the client has received a slot's newest update over this room or over the key's narrow room.</summary>
    private bool ReceivedIn(JoinedRoom joined, Slot slot)
    {
        if (NarrowWithSerial(slot.Event, slot.Key) is { } narrow && slot.Serial <= narrow.Serial) return true;
        if (!joined.Room.IsWide) return false;
        if (slot.Serial <= joined.Serial) return true;
        var delivery = slot.Wide;
        return delivery.IsDone && (delivery.Position == Position.None ? delivery.Number <= joined.LastGiven : joined.TopicProgress.Covers(delivery.Position));
    }

    private bool ReceivedInAnyRoom(Slot slot) =>
        (NarrowWithSerial(slot.Event, slot.Key) is { } narrow && slot.Serial <= narrow.Serial) || (_joined.WideOf(slot.Event, slot.Key) is { IsJoined: true } wide && ReceivedIn(wide, slot));

    private bool ReceivedInOverlappingRoom(JoinedRoom joined, Slot slot) => joined.Room.IsWide
        ? NarrowWithSerial(slot.Event, slot.Key) is { } narrow && slot.Serial <= narrow.Serial
        : ReceivedInAnyRoom(slot);

    private bool ReceivedOnFormerNode(Slot slot) => _history?.ReceivedOnFormerNode(slot.Event, slot.Key, slot.Position, slot.Update!.Position) == true;

    private void Mark(JoinedRoom narrow)
    {
        narrow.IsMark = true;
        if (++_marks > MarksKept) Forget(_joined.Narrow.First(it => it.IsMark && it != narrow));
    }

    /// <summary>Forgets the marks of narrow rooms after the wide room was read again or left: all serials from then on are higher.</summary>
    private void Unmark(Room wide)
    {
        if (_marks == 0) return;
        foreach (var narrow in _joined.Narrow.Where(it => it.IsMark && it.Room.Overlapping!.Equals(wide)).ToList()) Forget(narrow);
    }

    private void Forget(JoinedRoom mark)
    {
        _joined.Remove(mark.Room);
        _marks--;
    }

    /// <summary>The narrow room that holds the serial of the key's last update; null if there is none.</summary>
    private JoinedRoom? NarrowWithSerial(MarketEvent @event, ConflationKey key) =>
        @event.Narrow is not null && _joined.NarrowOf(key) is { Serial: > 0 } narrow ? narrow : null;

    private JoinedRoom? FindFor(Room room, MarketUpdate update) => room.IsWide ? _joined.WideOf(update.Event, update.Key) : In(_joined.NarrowOf(update.Key));
}

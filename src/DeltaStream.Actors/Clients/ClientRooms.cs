using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// Which rooms a client is in, and which copy of an update it is sent: each at most once, never an older one of a key after a
/// newer one, always the last one. Updates overlap in two ways: <c>general</c> with <c>product:X</c>, and <c>chain:X</c> with
/// <c>chain:X:E</c>. While a client is in the narrow room of a pair, that room's serial decides, whichever room a copy comes
/// over; elsewhere the serial of the wide room's snapshot does, and the key's barrier.
/// </summary>
internal sealed class ClientRooms
{
    // The topic that may still bring what was delivered over a narrow room is milliseconds behind.
    private const int MarksKept = 64;

    // Another node that is behind is so for milliseconds.
    private const int LeftKept = 64;

    private readonly JoinedRooms _joined = new();
    private MoveHistory? _history;
    private Queue<LeftValue>? _leftLast;
    private int _left;
    private int _arriving;
    private int _lastToken;
    private int _superseded;

    /// <summary>How many rooms the client is in.</summary>
    public int Count => _joined.Count - _left;

    /// <summary>The rooms the client is in.</summary>
    public IEnumerable<JoinedRoom> Rooms => _joined.All.Where(static joined => !joined.IsLeft);

    /// <summary>The joins that are under way.</summary>
    public IEnumerable<JoinedRoom> Joining => _joined.All.Where(static joined => joined.Join is not null);

    /// <summary>The room, if the client is in it.</summary>
    public JoinedRoom? Find(Room room) => In(_joined.Find(room));

    /// <summary>The join with this token, if it waits for this.</summary>
    public JoinedRoom? Find(int token, JoinStep step) => _joined.All.FirstOrDefault(joined => joined.Join is { } join && join.Token == token && join.Step == step);

    /// <summary>The join that waits for this very subscription's acknowledgement.</summary>
    public JoinedRoom? Find(object subscription) => _joined.All.FirstOrDefault(
        joined => joined.Join is { Step: JoinStep.Subscription } join && ReferenceEquals(join.Subscription, subscription));

    /// <summary>Enters a room; until it is live nothing of it is sent.</summary>
    public JoinedRoom Enter(Room room, JoinPurpose purpose)
    {
        var joined = _joined.Find(room) ?? _joined.Add(room);
        if (joined.IsLeft) (joined.IsLeft, _left) = (false, _left - 1);
        Start(joined, purpose);
        return joined;
    }

    /// <summary>The snapshot of a room is asked for that the client is in.</summary>
    /// <returns>Whether that starts a join; false where one is under way that will answer.</returns>
    public bool Ask(JoinedRoom joined)
    {
        if (joined.Join is { } join)
        {
            if (join.Purpose is JoinPurpose.Silent or JoinPurpose.Again) join.Purpose = JoinPurpose.Snapshot;
            return false;
        }

        Start(joined, JoinPurpose.Snapshot);
        joined.Join!.Step = JoinStep.View;
        return true;
    }

    /// <summary>The node's subscriptions were lost: every room is joined again.</summary>
    public void JoinAgain()
    {
        foreach (var joined in Rooms) Start(joined, joined.Join?.Purpose ?? JoinPurpose.Again);
    }

    /// <summary>Leaves a room; false when the client was not in it.</summary>
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

    /// <summary>Whether any of the client's rooms is for the update.</summary>
    public bool Covers(MarketUpdate update) =>
        _joined.WideOf(update.Event, update.Key) is not null || (update.Event.Narrow is not null && In(_joined.NarrowOf(update.Key)) is not null);

    /// <summary>Takes in an event of a room's topic; gives the update if it is to be sent.</summary>
    public MarketUpdate? Receive(RoomEvent roomEvent)
    {
        if (FindFor(roomEvent.Room, roomEvent.Update) is not { IsLive: true } joined) return null;
        var position = roomEvent.Update.Position;
        if (joined.Room.IsWide) joined.Seen = joined.Seen.With(position);
        return roomEvent.Handed is { } update && IsNew(joined, update, position) ? update : null;
    }

    /// <summary>Takes in what the cache gives because the topic has not brought it; gives the update if it is to be sent.</summary>
    public MarketUpdate? Receive(MissedUpdate missed)
    {
        if (FindFor(missed.Room, missed.Update) is not { IsLive: true } joined) return null;
        if (joined.Room.IsWide) joined.SeenGiven = missed.Number;
        return IsNew(joined, missed.Update, missed.Update.Position) ? missed.Update : null;
    }

    /// <summary>How many updates since the last call were superseded on their way: by what the store had said before they came.</summary>
    public int TakeSuperseded()
    {
        var superseded = _superseded;
        _superseded = 0;
        return superseded;
    }

    /// <summary>Reads the room as it is now. What came before is in it; what comes from now on has a higher serial and goes out as it comes.</summary>
    /// <returns>What is to be sent, in order.</returns>
    public IReadOnlyList<MarketUpdate> GoLive(JoinedRoom joined, RoomView view)
    {
        var purpose = joined.Join!.Purpose;
        var isBehind = _history is not null && _history.IsBehind(joined.Room, view.Order);
        var reading = view.Read(slot =>
        {
            if (!IsWanted(joined, slot, purpose, isBehind)) return null;
            if (joined.Room.IsWide && LastOf(slot.Event, slot.Key) is { IsLeft: false } last) last.Serial = Math.Max(last.Serial, slot.Serial);
            _history?.Sent(slot.Event, slot.Key, slot.Position, _arriving > 0);
            return slot.Update;
        });
        End(joined);
        (joined.Serial, joined.Seen, joined.SeenGiven) = (reading.Serial, reading.Handed, reading.Given);
        if (joined.Room.IsWide) Unmark(joined.Room);
        return reading.Values;
    }

    /// <summary>What the client has had, for the node that it goes to.</summary>
    /// <param name="order">The order of this node.</param>
    /// <param name="waiting">Updates that wait for the client, and do not go along.</param>
    public MovedRooms Move(NodeOrder order, IEnumerable<MarketUpdate> waiting)
    {
        var history = _history ?? new();
        var next = history.Next();
        foreach (var joined in Rooms.Where(static joined => joined.Room.IsWide)) next.Claim(joined, order);
        foreach (var joined in Rooms)
            order.Read(joined.Room, 0, slot =>
            {
                next.Note(slot, history, HadAnywhere(slot));
                return null;
            });
        return next.Close([.. Rooms.Select(static joined => joined.Room)], history, _leftLast ?? [], waiting);
    }

    /// <summary>Enters the rooms that the client was in on another node.</summary>
    public void Arrive(MovedRooms moved)
    {
        _history = new(moved);
        foreach (var room in moved.Rooms) Enter(room, JoinPurpose.Moved);
        _arriving = moved.Rooms.Count;
    }

    private static JoinedRoom? In(JoinedRoom? joined) => joined is { IsLeft: false } ? joined : null;

    private void Start(JoinedRoom joined, JoinPurpose purpose)
    {
        var join = new PendingJoin(purpose, ++_lastToken);
        if (joined.Join is { } before) join.Requests.AddRange(before.Requests);
        joined.Join = join;
    }

    private void End(JoinedRoom joined)
    {
        if (joined.Join is { Purpose: JoinPurpose.Moved }) _arriving--;
        joined.Join = null;
    }

    /// <summary>Another node, to which the client may go, may still be behind what it has had of the room.</summary>
    private void Remember(JoinedRoom left, NodeOrder order)
    {
        if (left.Room.IsWide && !order.IsBehind(left.Room, Position.None)) Note(new(left.Room, null, default, left.Seen.Latest, true));
        else
            order.Read(left.Room, 0, slot =>
            {
                Note(new(null, slot.Event, slot.Key, slot.Position, Had(left, slot) || WasHad(slot)));
                return null;
            });

        void Note(LeftValue value)
        {
            _leftLast ??= [];
            if (_leftLast.Count == LeftKept) _leftLast.Dequeue();
            _leftLast.Enqueue(value);
        }
    }

    private bool IsNew(JoinedRoom joined, MarketUpdate update, Position position)
    {
        if (update.Serial <= joined.Serial || _history?.WasHad(update.Event, update.Key, position, update.Position) == true)
        {
            // While the client is in the wide room as well, what is older came over that.
            if (update.Serial < joined.Serial && !joined.Room.IsWide && _joined.WideOf(update.Event, update.Key) is null) _superseded++;
            return false;
        }

        if (LastOf(update.Event, update.Key) is { } last)
        {
            if (update.Serial <= last.Serial) return false;
            last.Serial = update.Serial;
            if (last.IsLeft) Forget(last);
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
        JoinPurpose.Silent => slot.Key.Kind.IsSentOnConnect,
        JoinPurpose.Snapshot or JoinPurpose.Recovered => _history?.GoesBack(slot, isBehind) != true,
        JoinPurpose.Moved => !WasHad(slot) && !HadOverAnother(joined, slot),
        _ => !Had(joined, slot) && !WasHad(slot),
    };

    /// <summary>Whether the client has had the newest of a slot over this room, or over the narrow one.</summary>
    private bool Had(JoinedRoom joined, Slot slot)
    {
        if (LastOf(slot.Event, slot.Key) is { } last && slot.Serial <= last.Serial) return true;
        if (!joined.Room.IsWide) return false;
        if (slot.Serial <= joined.Serial) return true;
        var handed = slot.Wide;
        return handed.IsDone && (handed.Position == Position.None ? handed.Number <= joined.SeenGiven : joined.Seen.Covers(handed.Position));
    }

    private bool HadAnywhere(Slot slot) =>
        (LastOf(slot.Event, slot.Key) is { } last && slot.Serial <= last.Serial) || (_joined.WideOf(slot.Event, slot.Key) is { IsLive: true } wide && Had(wide, slot));

    private bool HadOverAnother(JoinedRoom joined, Slot slot) => joined.Room.IsWide
        ? LastOf(slot.Event, slot.Key) is { } last && slot.Serial <= last.Serial
        : HadAnywhere(slot);

    private bool WasHad(Slot slot) => _history?.WasHad(slot.Event, slot.Key, slot.Position, slot.Update!.Position) == true;

    private void Mark(JoinedRoom narrow)
    {
        narrow.IsLeft = true;
        if (++_left > MarksKept) Forget(_joined.Narrow.First(it => it.IsLeft && it != narrow));
    }

    /// <summary>The wide room is read anew, or left: what narrow rooms had brought is behind that.</summary>
    private void Unmark(Room wide)
    {
        if (_left == 0) return;
        foreach (var narrow in _joined.Narrow.Where(it => it.IsLeft && it.Room.Overlapping!.Equals(wide)).ToList()) Forget(narrow);
    }

    private void Forget(JoinedRoom left)
    {
        _joined.Remove(left.Room);
        _left--;
    }

    /// <summary>The narrow room that keeps the serial of this key's last update.</summary>
    private JoinedRoom? LastOf(MarketEvent @event, ConflationKey key) =>
        @event.Narrow is not null && _joined.NarrowOf(key) is { Serial: > 0 } narrow ? narrow : null;

    private JoinedRoom? FindFor(Room room, MarketUpdate update) => room.IsWide ? _joined.WideOf(update.Event, update.Key) : In(_joined.NarrowOf(update.Key));
}

using Akka.Actor;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>
/// The node's one order: every update enters here, once, under one lock, where its copy is decoded or published or where it was
/// read from the store. Each new one gets the next serial, and each room's clients are handed it exactly once, by the topic or
/// by the cache. It is the actor system's, because the serializer has no other way to the rest of the node, and because it must
/// outlive a CacheActor that restarts.
/// </summary>
/// <param name="time">For how long a successor's first copies may lag.</param>
internal sealed class NodeOrder(TimeProvider time) : IExtension
{
    private const long Cache = 0;

    // A successor repeats what it is not sure of at once, and what it lacks half a second later at the latest.
    private static readonly TimeSpan Takeover = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<Room, RoomSlots> _rooms = [];
    private readonly Dictionary<(MarketEvent Event, ConflationKey Key), Slot> _slots = [];
    // Above 0, the serial of what the node has not taken in.
    private long _serial = 1;
    private long _given;
    private long _epoch;
    private long _epochBegan;
    private volatile bool _hasGap;

    /// <summary>Which keys have a value, here or in the store.</summary>
    internal KnownKeys Known { get; } = new();

    /// <summary>The highest epoch that is known on the node.</summary>
    internal long Epoch => Volatile.Read(ref _epoch);

    /// <summary>Whether the feed had a gap behind which nobody has looked yet.</summary>
    internal bool HasGap { get => _hasGap; set => _hasGap = value; }

    internal IReadOnlyList<Room> Rooms
    {
        get { lock (_lock) return [.. _rooms.Keys]; }
    }

    /// <summary>The node's own.</summary>
    public static NodeOrder For(ActorSystem system) => system.WithExtension<NodeOrder, NodeOrderProvider>();

    /// <summary>Takes in the copy of an update that a room's topic is about to bring.</summary>
    /// <param name="room">The room.</param>
    /// <param name="copy">The copy: newly read, or about to be published.</param>
    /// <returns>The event for the topic; what it hands to the room's clients is null where they have that or something newer.</returns>
    internal RoomEvent Take(Room room, MarketUpdate copy)
    {
        lock (_lock)
        {
            BeginEpoch(copy.Position.Epoch);
            // Of a room that is not in use no trace is kept: it would refuse what the store says later.
            if (!_rooms.TryGetValue(room, out var heard)) return new(room, copy);
            heard.Hear(copy.Position);
            Known.Note(copy.Key, copy.ReceivedAt);
            var slot = SlotOf(copy.Event, copy.Key);
            if (copy.Position != slot.Position && !IsTaken(slot, copy)) return new(room, copy);
            if (slot.IsHanded(room.IsWide)) return new(room, copy);
            slot.Hand(room.IsWide, copy.Position.Epoch, new(true, copy.Position, 0));
            return new(room, copy, slot.Update);
        }
    }

    /// <summary>Takes in a value that was read from the store. Nobody is handed it yet.</summary>
    /// <param name="value">The value.</param>
    /// <param name="unixNow">Microseconds since the Unix epoch.</param>
    internal void Store(MarketUpdate value, long unixNow)
    {
        lock (_lock)
        {
            BeginEpoch(value.Position.Epoch);
            Known.Note(value.Key, value.ReceivedAt);
            if (!value.Event.RoomsOf(value.Key).Any(_rooms.ContainsKey)) return;
            var slot = SlotOf(value.Event, value.Key);
            if (value.Position != Position.None)
            {
                if (value.Position != slot.Position) IsTaken(slot, value);
                return;
            }

            // Another writer's: it has no place, so it is below any value that has one.
            if (!slot.LivesAt(unixNow) || (slot.Position == Position.None && value.Hash != slot.Update?.Hash && value.ReceivedAt >= slot.ReceivedAt))
                slot.Replace(value, ++_serial);
        }
    }

    /// <summary>When the value of a key was received that the node holds; 0 where it holds none.</summary>
    internal long ReceivedAt(MarketEvent @event, ConflationKey key)
    {
        lock (_lock) return _slots.TryGetValue((@event, key), out var slot) && slot.Update is not null ? slot.ReceivedAt : 0;
    }

    /// <summary>A room comes into use: said before anybody subscribes to its topic.</summary>
    internal RoomSlots Use(Room room)
    {
        lock (_lock)
        {
            if (_rooms.TryGetValue(room, out var used)) return used;
            _rooms.Add(room, used = new(room));
            foreach (var slot in _slots.Values)
            {
                if (slot.Event.RoomsOf(slot.Key).Contains(room)) used.Add(slot);
            }

            return used;
        }
    }

    /// <summary>A room is used no more.</summary>
    internal void GiveUp(Room room)
    {
        lock (_lock)
        {
            if (!_rooms.Remove(room, out var left)) return;
            foreach (var slot in left.Slots)
            {
                if (!slot.Event.RoomsOf(slot.Key).Any(_rooms.ContainsKey)) _slots.Remove((slot.Event, slot.Key));
            }
        }
    }

    /// <summary>
    /// The first read of a room is done: from now on the cache may give its clients what the topic does not bring, but for what
    /// a bridge had received until <paramref name="before"/>. Kinds that every client is sent on connecting it may give in any case.
    /// </summary>
    internal void Ready(RoomSlots room, long before = 0)
    {
        lock (_lock)
        {
            room.IsReady = true;
            foreach (var slot in room.Slots)
            {
                if (slot.ReceivedAt <= before && !slot.Key.Kind.IsSentOnConnect && !slot.IsHanded(room.Room.IsWide)) slot.Hand(room.Room.IsWide, Cache, new(true, Position.None, 0));
            }
        }
    }

    /// <summary>A publisher is heard of. Where it is a new one, every room settles anew: it may not know their topics yet.</summary>
    internal void Begin(long epoch)
    {
        lock (_lock) BeginEpoch(epoch);
    }

    /// <summary>Whether publishers may not know the room's topic yet.</summary>
    internal bool IsSettling(RoomSlots room) => room.SettledIn < Epoch;

    /// <summary>Whether the room's topic has brought something of the present publisher.</summary>
    internal bool HasHeardLive(RoomSlots room)
    {
        lock (_lock) return room.Heard > 0 && room.Heard >= _epoch;
    }

    /// <summary>Every topic is new to the cluster once more.</summary>
    internal void Unsettle()
    {
        lock (_lock)
        {
            foreach (var room in _rooms.Values) room.Unsettle();
        }
    }

    /// <summary>Hands out what no topic has brought, to rooms that settle, or behind a gap to all of them.</summary>
    /// <param name="all">Whether to all rooms.</param>
    /// <param name="settled">Those that are settled afterwards.</param>
    /// <param name="epoch">In which term.</param>
    internal IReadOnlyList<MissedUpdate> GiveMissed(bool all, IReadOnlyCollection<RoomSlots> settled, long epoch)
    {
        var missed = new List<MissedUpdate>();
        lock (_lock)
        {
            foreach (var room in _rooms.Values)
            {
                if (!room.IsReady) continue;
                // Where a room is about one key its first event says all: whatever comes now comes over the topic.
                if (!room.Room.IsWide && room.Heard > 0 && room.Heard >= _epoch) room.SettledIn = _epoch;
                if (all || IsSettling(room)) Give(room, missed);
            }

            foreach (var room in settled) room.SettledIn = Math.Max(room.SettledIn, epoch);
        }

        return missed;
    }

    /// <summary>Reads a room at one moment.</summary>
    /// <param name="room">The room.</param>
    /// <param name="unixNow">Values that are no longer live then are left out: microseconds since the Unix epoch.</param>
    /// <param name="take">Says of each slot with a value what of it is wanted: its update, or null.</param>
    internal RoomReading Read(Room room, long unixNow, Func<Slot, MarketUpdate?> take)
    {
        lock (_lock)
        {
            if (!_rooms.TryGetValue(room, out var used)) return new(_serial, [], default, 0);
            var values = new List<MarketUpdate>();
            foreach (var slot in used.Slots)
            {
                if (slot.Update is not null && slot.LivesAt(unixNow) && take(slot) is { } update) values.Add(update);
            }

            return new(_serial, values, used.Handed, _given);
        }
    }

    /// <summary>Whether all that a room's topic brought anywhere until <paramref name="position"/> may not be here yet.</summary>
    internal bool IsBehind(Room room, Position position)
    {
        lock (_lock) return !_rooms.TryGetValue(room, out var used) || used.Handed.Latest < position || IsSettling(used) || _hasGap;
    }

    /// <summary>Drops the bytes of what is too old to be sent, and forgets what has been so for as long again.</summary>
    internal void Sweep(long unixNow)
    {
        lock (_lock)
        {
            Known.Sweep(unixNow);
            foreach (var (name, slot) in _slots)
            {
                if (slot.LivesAt(unixNow)) continue;
                slot.DropBytes();
                if (slot.LivesAt(unixNow - (long)slot.Key.Kind.Life.TotalMicroseconds)) continue;
                _slots.Remove(name);
                foreach (var room in slot.Event.RoomsOf(slot.Key))
                {
                    if (_rooms.TryGetValue(room, out var used)) used.Remove(slot);
                }
            }
        }
    }

    private void BeginEpoch(long epoch)
    {
        if (epoch <= _epoch) return;
        Volatile.Write(ref _epoch, epoch);
        _epochBegan = time.GetTimestamp();
    }

    /// <summary>Takes a copy in that has another position than its slot; false where the slot has something newer.</summary>
    private bool IsTaken(Slot slot, MarketUpdate copy)
    {
        if (copy.Position < slot.Position || copy.Position <= slot.Late) return false;
        if (slot.IsRepeat(copy))
        {
            slot.Repeat(copy);
            return true;
        }

        if (IsLate(slot, copy))
        {
            slot.Late = copy.Position;
            return false;
        }

        slot.Replace(copy, ++_serial);
        return true;
    }

    /// <summary>
    /// Whether a successor says something that its killed predecessor had said before its last update: it could not know of that
    /// one. Positions do not tell, so what the producer wrote does, for as long as a takeover takes.
    /// </summary>
    private bool IsLate(Slot slot, MarketUpdate copy)
    {
        if (slot.Update is not { } held || copy.Position.Epoch == slot.Position.Epoch || time.GetElapsedTime(_epochBegan) > Takeover) return false;
        if (slot.WasFormer(copy.Hash)) return true;
        return TimestampOf(copy) < TimestampOf(held);

        static long TimestampOf(MarketUpdate update) => EnrichedMessage.TimestampOf(update.Key.Kind, update.Payload.Span, update.ReceivedAt);
    }

    private void Give(RoomSlots room, List<MissedUpdate> missed)
    {
        var toWide = room.Room.IsWide;
        foreach (var slot in room.Slots)
        {
            if (slot.Update is null || slot.Update.Position == Position.None || slot.IsHanded(toWide)) continue;
            slot.Hand(toWide, Cache, new(true, Position.None, ++_given));
            missed.Add(new(room.Room, slot.Update, _given));
        }
    }

    private Slot SlotOf(MarketEvent @event, ConflationKey key)
    {
        if (_slots.TryGetValue((@event, key), out var slot)) return slot;
        _slots.Add((@event, key), slot = new(@event, key));
        foreach (var room in @event.RoomsOf(key))
        {
            if (_rooms.TryGetValue(room, out var used)) used.Add(slot);
        }

        return slot;
    }
}

using Akka.Actor;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Topics;

/// <summary>
/// The node's single order of updates. Every copy of an update passes through here, under one lock: when it is decoded,
/// published or read from the store. The first copy gets the next serial; later ones are recognised by position or bytes. The
/// clients of each room receive an update exactly once, from the topic or from the cache. It is an extension of the actor
/// system, because the serializer can reach nothing else of the node and it must outlive a restart of the CacheActor.
/// </summary>
/// <param name="time">The clock for the time in which a successor's first copies may lag.</param>
internal sealed class NodeOrder(TimeProvider time) : IExtension
{
    private const long Cache = 0;

    // A successor repeats doubtful publications at once, and publishes missing ones when deltastream.bridge.takeover-hold has
    // passed, which is at most 0.8 s.
    private static readonly TimeSpan Takeover = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<Room, RoomSlots> _rooms = [];
    private readonly Dictionary<(MarketEvent Event, ConflationKey Key), Slot> _slots = [];
    // Starts at 1: serial 0 stands for updates that the node has not received.
    private long _serial = 1;
    private long _given;
    private long _epoch;
    private long _epochBegan;
    private volatile bool _hasGap;

    /// <summary>The keys with a value on the node or in the store.</summary>
    internal KnownKeys Known { get; } = new();

    /// <summary>The views of the node. They are told of each chain in this order.</summary>
    internal ChainViews Views { get; } = new();

    /// <summary>When rooms count as quiet.</summary>
    internal FreshnessRule Freshness { get; } = new();

    /// <summary>The highest epoch known on the node.</summary>
    internal long Epoch => Volatile.Read(ref _epoch);

    /// <summary>True if the feed had a gap and no catch-up read has followed it yet.</summary>
    internal bool HasGap { get => _hasGap; set => _hasGap = value; }

    internal IReadOnlyList<Room> Rooms { get { lock (_lock) return [.. _rooms.Keys]; } }

    public static NodeOrder For(ActorSystem system) => system.WithExtension<NodeOrder, NodeOrderProvider>();

    /// <summary>Records the copy of an update that a room's topic is about to deliver.</summary>
    /// <param name="copy">The copy, just decoded or about to be published.</param>
    /// <returns>
    /// The event for the topic. Its <see cref="RoomEvent.ToSend"/> is null if the room's clients already have this update or a
    /// newer one.
    /// </returns>
    internal RoomEvent Take(Room room, MarketUpdate copy)
    {
        var taken = TakeInOrder(room, copy);
        if (taken.ToSend is not null) Views.Settle(copy.Key);
        return taken;
    }

    /// <summary>Records a value that was read from the store. It is not delivered to clients yet.</summary>
    /// <param name="unixNow">Microseconds since the Unix epoch.</param>
    internal void TakeStored(MarketUpdate value, long unixNow)
    {
        lock (_lock)
        {
            BeginEpoch(value.Position.Epoch);
            Known.Note(value.Key, value.ReceivedAt);
            if (!value.Event.RoomsOf(value.Key).Any(_rooms.ContainsKey)) return;
            var slot = SlotOf(value.Event, value.Key);
            if (value.Position != Position.None)
            {
                if (value.Position != slot.Position) TryRecord(slot, value);
                else slot.Recall();
                return;
            }

            // Another program wrote the value. It has no position, so it ranks below any value with a position.
            if (!slot.IsLiveAt(unixNow) || (slot.Position == Position.None && value.Hash != slot.Update?.Hash && value.ReceivedAt >= slot.ReceivedAt))
                Views.Hear(slot.Replace(value, ++_serial));
        }
    }

    /// <summary>Time of receipt of the value that the node holds for a key; 0 if it holds none, or does not receive the key.</summary>
    internal long ReceivedAt(MarketEvent @event, ConflationKey key)
    {
        lock (_lock) return _slots.TryGetValue((@event, key), out var slot) && slot is { Update: not null, IsForgotten: false } ? slot.ReceivedAt : 0;
    }

    /// <summary>Puts a room into use. The caller does this before any client subscribes to its topic.</summary>
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

    internal void Release(Room room)
    {
        lock (_lock)
        {
            if (!_rooms.Remove(room, out var released)) return;
            foreach (var slot in released.Slots)
            {
                if (slot.Event.RoomsOf(slot.Key).Any(_rooms.ContainsKey)) continue;
                if (slot.Position == Position.None) _slots.Remove((slot.Event, slot.Key));
                else slot.Forget();
            }
        }
    }

    /// <summary>The first read of a room is done. From now on the cache may send its clients updates that the topic has missed.</summary>
    /// <param name="room">The room.</param>
    /// <param name="before">
    /// Values received until then count as delivered, because clients join <c>general</c> without a snapshot. Kinds that every
    /// client gets on connecting are sent nevertheless.
    /// </param>
    internal void Ready(RoomSlots room, long before = 0)
    {
        lock (_lock)
        {
            room.IsReady = true;
            foreach (var slot in room.Slots)
            {
                if (slot.ReceivedAt <= before && !slot.Key.Kind.IsSentOnConnect && !slot.IsDelivered(room.Room.IsWide)) slot.Deliver(room.Room.IsWide, Cache, new(true, Position.None, 0));
            }
        }
    }

    /// <summary>Records a publisher's epoch. A new publisher may not know the topics yet, so every room settles again.</summary>
    internal void Begin(long epoch)
    {
        lock (_lock) BeginEpoch(epoch);
    }

    /// <summary>True while publishers may not know the room's topic yet.</summary>
    internal bool IsSettling(RoomSlots room) => room.SettledIn < Epoch;

    /// <summary>True if the room's topic has delivered an event of the present publisher.</summary>
    internal bool HasHeardThisEpoch(RoomSlots room)
    {
        lock (_lock) return room.Heard > 0 && room.Heard >= _epoch;
    }

    /// <summary>Every topic is new to the cluster again.</summary>
    internal void Unsettle()
    {
        lock (_lock)
        {
            foreach (var room in _rooms.Values) room.Unsettle();
        }
    }

    /// <summary>Collects the updates that no topic has delivered, for settling rooms, or for all rooms after a gap in the feed.</summary>
    /// <param name="all">True for all rooms.</param>
    /// <param name="settled">The rooms that are settled after this call.</param>
    /// <param name="epoch">The epoch in which they are settled.</param>
    internal IReadOnlyList<MissedUpdate> GiveMissed(bool all, IReadOnlyCollection<RoomSlots> settled, long epoch)
    {
        var missed = new List<MissedUpdate>();
        lock (_lock)
        {
            foreach (var room in _rooms.Values)
            {
                if (!room.IsReady) continue;
                // A narrow room is settled by its first event: later updates of its one key come over the topic.
                if (!room.Room.IsWide && room.Heard > 0 && room.Heard >= _epoch) room.SettledIn = _epoch;
                if (all || IsSettling(room)) Give(room, missed);
            }

            foreach (var room in settled) room.SettledIn = Math.Max(room.SettledIn, epoch);
        }

        return missed;
    }

    /// <summary>Reads a room at one moment.</summary>
    /// <param name="unixNow">The current time in microseconds since the Unix epoch; values that are no longer live are left out.</param>
    /// <param name="take">Selects from each slot with a value: its update, or null to skip it.</param>
    internal RoomReading Read(Room room, long unixNow, Func<Slot, MarketUpdate?> take)
    {
        lock (_lock)
        {
            if (!_rooms.TryGetValue(room, out var used)) return new(_serial, [], default, 0);
            var values = new List<MarketUpdate>();
            foreach (var slot in used.Slots)
            {
                if (slot.Update is not null && slot.IsLiveAt(unixNow) && take(slot) is { } update) values.Add(update);
            }

            return new(_serial, values, used.Progress, _given, used.Receipts(Freshness));
        }
    }

    /// <summary>True if this node may lack updates up to <paramref name="position"/> that the room's topic has delivered on other nodes.</summary>
    internal bool IsBehind(Room room, Position position)
    {
        lock (_lock) return !_rooms.TryGetValue(room, out var used) || used.Progress.Latest < position || IsSettling(used) || _hasGap;
    }

    /// <summary>Drops the bytes of values that are too old to be sent, and forgets a key after the same time again.</summary>
    internal void Sweep(long unixNow)
    {
        lock (_lock)
        {
            Known.Sweep(unixNow);
            Views.Sweep(unixNow);
            foreach (var (name, slot) in _slots)
            {
                if (slot.IsLiveAt(unixNow)) continue;
                slot.DropBytes();
                if (slot.IsLiveAt(unixNow - (long)slot.Key.Kind.Life.TotalMicroseconds)) continue;
                _slots.Remove(name);
                foreach (var room in slot.Event.RoomsOf(slot.Key))
                {
                    if (_rooms.TryGetValue(room, out var used)) used.Remove(slot);
                }
            }
        }
    }

    private RoomEvent TakeInOrder(Room room, MarketUpdate copy)
    {
        lock (_lock)
        {
            BeginEpoch(copy.Position.Epoch);
            // A room that is not in use leaves no trace here. A trace would make the node refuse the store's value later.
            if (!_rooms.TryGetValue(room, out var heard)) return new(room, copy);
            heard.Hear(copy, Freshness);
            Known.Note(copy.Key, copy.ReceivedAt);
            var slot = SlotOf(copy.Event, copy.Key);
            if (copy.Position != slot.Position && !TryRecord(slot, copy)) return new(room, copy);
            if (slot.IsDelivered(room.IsWide)) return new(room, copy);
            slot.Deliver(room.IsWide, copy.Position.Epoch, new(true, copy.Position, 0));
            return new(room, copy, slot.Update);
        }
    }

    private void BeginEpoch(long epoch)
    {
        if (epoch <= _epoch) return;
        Volatile.Write(ref _epoch, epoch);
        _epochBegan = time.GetTimestamp();
    }

    /// <summary>Records a copy whose position differs from its slot's. False if the slot has a newer update.</summary>
    private bool TryRecord(Slot slot, MarketUpdate copy)
    {
        if (copy.Position < slot.Position || copy.Position <= slot.Late) return false;
        if (slot.IsRepeat(copy))
        {
            slot.Repeat(copy);
            return true;
        }

        // The copy comes in a takeover, and repeats something older than the predecessor's last update.
        if (copy.Position.Epoch != slot.Position.Epoch && time.GetElapsedTime(_epochBegan) <= Takeover && slot.IsNewerThan(copy))
        {
            slot.Late = copy.Position;
            return false;
        }

        Views.Hear(slot.Replace(copy, ++_serial));
        return true;
    }

    private void Give(RoomSlots room, List<MissedUpdate> missed)
    {
        var toWide = room.Room.IsWide;
        foreach (var slot in room.Slots)
        {
            if (slot.Update is null || slot.Update.Position == Position.None || slot.IsDelivered(toWide)) continue;
            slot.Deliver(toWide, Cache, new(true, Position.None, ++_given));
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

using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Cache;

/// <summary>
/// The rooms in use on the node and their users. Decides which reads of the store they need and which answers clients get. It
/// makes no calls: the caller takes answers with <see cref="TakeAnswers"/> and reads with <see cref="TakeRead"/>.
/// </summary>
/// <typeparam name="TUser">A client.</typeparam>
internal sealed class RoomBook<TUser>
    where TUser : class
{
    private const int SweepTicks = 4;

    private readonly CacheSettings _settings;
    private readonly NodeOrder _order;
    private readonly TimeProvider _time;
    private readonly ReadQueue _reads = new();
    private readonly Dictionary<Room, RoomUse<TUser>> _rooms = [];
    private readonly HashSet<RoomUse<TUser>> _unread = [];
    private readonly HashSet<RoomUse<TUser>> _lingering = [];
    private readonly RoomOpenings<TUser> _openings;
    private readonly RoomUse<TUser> _general;
    private List<(TUser? To, object Answer)> _answers = [];
    private CatchUpRead? _catchUp;
    private bool _mustCatchUp;
    private bool _isCatchUpDue;
    private long _tick;
    private long _retryAt;

    public RoomBook(CacheSettings settings, NodeOrder order, TimeProvider time)
    {
        (_settings, _order, _time) = (settings, order, time);
        // A first user that has not subscribed within the linger time gives up its place in the window.
        _openings = new(settings.SubscribeWindow, Ticks(settings.Linger), (user, ready) => _answers.Add((user, ready)));
        _general = Add(Room.General);
        // Rooms of a restarted CacheActor: their users will announce themselves again.
        foreach (var room in order.Rooms.Where(room => !_rooms.ContainsKey(room))) Linger(Add(room));
    }

    /// <summary>The number of rooms in use.</summary>
    public int Count => _rooms.Count;

    private long Now => _time.UnixMicroseconds();

    /// <summary>A client is about to join a room.</summary>
    public void Use(TUser user, Room room, int joinId)
    {
        if (!_rooms.TryGetValue(room, out var use))
        {
            if (_rooms.Count >= _settings.MaxRooms)
            {
                _answers.Add((user, new RoomRefused(room, joinId, _settings.MaxRooms)));
                return;
            }

            use = Add(room);
        }

        _lingering.Remove(use);
        use.Users.Add(user);
        use.Waiting.RemoveAll(it => it.User == user);
        use.Waiting.Add((user, joinId));
        if (!use.Slots.IsReady && !_unread.Contains(use)) ReadFirst(use);
        else if (!_unread.Contains(use)) _openings.Enqueue(use, _tick);
    }

    public void Leave(TUser user, Room room)
    {
        if (!_rooms.TryGetValue(room, out var use) || !use.Users.Remove(user)) return;
        use.Waiting.RemoveAll(it => it.User.Equals(user));
        if (use.Users.Count > 0 || use == _general) return;
        Linger(use);
        _openings.End(use, use.IsOpen, _tick);
    }

    /// <summary>A client that has subscribed to a room's topic requests its snapshot.</summary>
    public void GetSnapshot(TUser user, Room room, int joinId)
    {
        var use = _rooms.GetValueOrDefault(room);
        _answers.Add((user, new Snapshot(new(_order, room, _time), joinId) { IsComplete = use is not null && IsRead(use) }));
        if (use is not null) _openings.End(use, isOpen: true, _tick);
    }

    /// <summary>The products with a live value.</summary>
    public IReadOnlyList<string> Products() => _order.Known.Products(Now);

    /// <summary>The expiries of a product with a live value, nearest first.</summary>
    public IReadOnlyList<string> Expiries(string product) => [.. _order.Known.Chains(product, Now).Select(static key => key.Expiry!)];

    /// <summary>The node has subscribed to <c>general</c>, for the first time or again.</summary>
    public void HearGeneral()
    {
        _general.Slots.HeardSince = Math.Min(_general.Slots.HeardSince, _time.UnixMicroseconds());
        _mustCatchUp = true;
    }

    /// <summary>The mediator has dropped the node's subscriptions: every topic settles again.</summary>
    public void Reopen()
    {
        _order.Unsettle();
        _openings.Forget();
        foreach (var use in _rooms.Values) use.Reopen();
    }

    /// <summary>The feed is live again after a gap. The store may hold values that no topic has delivered.</summary>
    public void EndGap() => _order.HasGap = _mustCatchUp = true;

    /// <summary>A gossip interval has passed.</summary>
    /// <param name="epoch">The epoch of the active bridge.</param>
    public void Tick(long epoch)
    {
        _tick++;
        _order.Begin(epoch);
        if (_tick % SweepTicks == 0) _order.Sweep(Now);
        ReleaseUnused();
        CheckFirstReads();
        _openings.Next(_tick);
        _isCatchUpDue = _rooms.Values.Any(use => use.UpdateReadSchedule(_order, _tick));
        Give(all: false, [], 0);
    }

    /// <summary>The answers since the last call. An answer without a receiver goes to every client of the node.</summary>
    public IReadOnlyList<(TUser? To, object Answer)> TakeAnswers()
    {
        if (_answers.Count == 0) return [];
        var answers = _answers;
        _answers = [];
        return answers;
    }

    /// <summary>The next read to start; null if none is due. At most one read of the index and one read of values are in flight.</summary>
    public StoreRead? TakeRead()
    {
        if (_tick < _retryAt) return null;
        if (_catchUp is null && (_mustCatchUp || _isCatchUpDue))
        {
            return StartCatchUp();
        }

        return _reads.Take(_settings.ReadBatch, Math.Max(1, _settings.ReadBatch / _settings.ChainReadBatch)) is { } keys ? new(keys) : null;
    }

    /// <summary>Handles the result of an index read.</summary>
    public void OnIndex(StoreRead read, IReadOnlyList<LatestEntry> entries)
    {
        // The read may belong to a CacheActor that has restarted since.
        if (_catchUp?.Read != read) return;
        foreach (var (key, receivedAt) in entries)
        {
            if (!key.Kind.IsLiveAt(receivedAt, Now)) continue;
            _order.Known.Note(key, receivedAt);
            if (IsNewer(key, receivedAt)) Want(key);
        }

        // The index does not list values that another program wrote to the store.
        foreach (var use in _rooms.Values)
            if (use.Slots.Room.SingleKey is { } only && _order.IsSettling(use.Slots) && _order.ReceivedAt(only.Event, only) == 0) Want(only);
        _catchUp.HasIndex = true;
        EndCatchUp();

        void Want(ConflationKey key) => _catchUp.Ticket = Math.Max(_catchUp.Ticket, _reads.Enqueue(key));
    }

    public void OnValues(StoreRead read, IReadOnlyList<MarketUpdate> values)
    {
        if (!_reads.IsUnderWay(read.Keys!)) return;
        foreach (var value in values)
        {
            _order.TakeStored(value, Now);
            if (value.Key.Kind.Summary is { } summary && MessageSummary.TryFrom(value.Key.Kind, value.Payload.Span, out var data))
                _order.TakeStored(new(summary, value.Key, value.Position, data, value.Hash, value.ReceivedAt), Now);
        }

        _reads.Completed();
        CheckFirstReads();
        EndCatchUp();
    }

    /// <summary>Handles a failed read by retrying it.</summary>
    public void OnFailed(StoreRead read)
    {
        if (_catchUp?.Read == read) (_catchUp, _mustCatchUp) = (null, true);
        else if (read.Keys is not null && _reads.IsUnderWay(read.Keys)) _reads.Failed();
        else return;
        _retryAt = _tick + Ticks(TimeSpan.FromSeconds(1));
    }

    private StoreRead StartCatchUp()
    {
        // The flag is taken now: a gap that ends while the index is being read is not covered by this read.
        _catchUp = new() { IsAfterGap = _order.HasGap && _mustCatchUp, Epoch = _order.Epoch };
        _mustCatchUp = _isCatchUpDue = false;
        foreach (var use in _rooms.Values)
            if (use.BeginRead(_order, _tick)) _catchUp.Settles.Add(use.Slots);
        return _catchUp.Read;
    }

    private void EndCatchUp()
    {
        if (_catchUp is not { HasIndex: true } done || !_reads.IsDone(done.Ticket)) return;
        _catchUp = null;
        // Joining `general` brings no snapshot: clients do not get values from before the node's subscription.
        if (!_general.Slots.IsReady && _general.Slots.HeardSince != long.MaxValue)
        {
            _order.Ready(_general.Slots, _general.Slots.HeardSince);
            CheckFirstReads();
        }

        Give(done.IsAfterGap, done.Settles, done.Epoch);
        if (done.IsAfterGap && !_mustCatchUp) _order.HasGap = false;
    }

    private void Give(bool all, IReadOnlyCollection<RoomSlots> settled, long epoch)
    {
        foreach (var missed in _order.GiveMissed(all, settled, epoch))
        {
            if (missed.Room.Kind == RoomKind.General) _answers.Add((default, missed));
            else foreach (var user in _rooms[missed.Room].Users) _answers.Add((user, missed));
        }
    }

    private RoomUse<TUser> Add(Room room)
    {
        var use = new RoomUse<TUser>(_order.Use(room));
        _rooms.Add(room, use);
        return use;
    }

    private void ReadFirst(RoomUse<TUser> use)
    {
        use.PatientUntil = _tick + Ticks(_settings.SnapshotPatience);
        var room = use.Slots.Room;
        foreach (var key in room.SingleKey is { } only ? [only] : _order.Known.Chains(room.Symbol!, Now))
        {
            // Another room's topic keeps the values in memory up to date.
            if (_order.ReceivedAt(key.Event, key) == 0) use.ReadTicket = _reads.Enqueue(key);
        }

        _unread.Add(use);
        CheckFirstRead(use);
    }

    private void CheckFirstReads()
    {
        foreach (var use in _unread.ToArray()) CheckFirstRead(use);
    }

    private void CheckFirstRead(RoomUse<TUser> use)
    {
        if (!IsRead(use) && _tick < use.PatientUntil) return;
        _unread.Remove(use);
        _order.Ready(use.Slots);
        _openings.Enqueue(use, _tick);
    }

    /// <summary>
    /// True if the store was asked for the room's values. Only the node's first read of the index, which makes <c>general</c>
    /// ready, tells which keys a wide room has.
    /// </summary>
    private bool IsRead(RoomUse<TUser> use) => _reads.IsDone(use.ReadTicket) && (_general.Slots.IsReady || !use.Slots.Room.IsWide);

    private void Linger(RoomUse<TUser> use)
    {
        use.LingersUntil = _tick + Ticks(_settings.Linger);
        _lingering.Add(use);
    }

    private void ReleaseUnused()
    {
        foreach (var use in _lingering)
        {
            if (_tick < use.LingersUntil) continue;
            _lingering.Remove(use);
            _unread.Remove(use);
            _rooms.Remove(use.Slots.Room);
            _order.Release(use.Slots.Room);
        }
    }

    /// <summary>True if the store has a different value of a key than the node, for any of the rooms that want it.</summary>
    private bool IsNewer(ConflationKey key, long receivedAt)
    {
        return Differs(key.Kind.InGeneral) || (Differs(key.Event) && key.Event.RoomsOf(key).Any(_rooms.ContainsKey));

        // The index has milliseconds, and two bridges receive one value at different times, so any difference is worth a read.
        bool Differs(MarketEvent @event) => _order.ReceivedAt(@event, key) / 1000 != receivedAt / 1000;
    }

    private long Ticks(TimeSpan time) => Math.Max(1, (long)Math.Ceiling(time / _settings.GossipInterval));
}

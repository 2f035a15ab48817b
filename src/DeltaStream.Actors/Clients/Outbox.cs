using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// What waits to be sent to one client: answers in order, then the newest update of each key, each keeping the place of the
/// first one that it superseded, so that a busy key starves no other, then the updates that are due: every one of them, for they
/// wait for the end of the actor's turn only. An update costs a pointer: its frames are shared. Bounded by the number of keys,
/// for answers by what <see cref="IsOverfull"/> says, and for what is due by who writes it.
/// </summary>
internal sealed class Outbox
{
    // Above this many keys the tables are given back once they are empty: a client that was stuck once should not stay big.
    private const int KeptCapacity = 64;

    // What is due is gone when the actor's turn is over, so its list is the thread's and not the client's.
    [ThreadStatic]
    private static List<MarketUpdate>? _spare;

    private readonly int _maxEntries;
    private readonly int _maxBytes;
    private Queue<Frame>? _control;
    private int _controlBytes;
    private Queue<DataKey>? _order;
    private Dictionary<DataKey, MarketUpdate>? _newest;
    private List<MarketUpdate>? _due;
    private int _dueTaken;

    /// <summary>Makes an empty outbox.</summary>
    /// <param name="maxEntries">Answers that may wait.</param>
    /// <param name="maxBytes">Bytes of answers that may wait.</param>
    public Outbox(int maxEntries, int maxBytes)
    {
        _maxEntries = maxEntries;
        _maxBytes = maxBytes;
    }

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => ControlCount == 0 && DataCount == 0;

    /// <summary>How many answers wait.</summary>
    public int ControlCount => _control?.Count ?? 0;

    /// <summary>How many updates wait: one a key, and all that are due.</summary>
    public int DataCount => (_newest?.Count ?? 0) + (_due is null ? 0 : _due.Count - _dueTaken);

    /// <summary>How many bytes of updates are due.</summary>
    public int DueBytes { get; private set; }

    /// <summary>Whether more answers wait than may: the client is a slow consumer. One alone may be as long as it is.</summary>
    public bool IsOverfull => ControlCount > _maxEntries || (ControlCount > 1 && _controlBytes > _maxBytes);

    /// <summary>Whether so many answers wait that no further request should be read.</summary>
    public bool IsFilling => ControlCount > _maxEntries / 2 || _controlBytes > _maxBytes / 2;

    /// <summary>Adds an answer behind those that wait.</summary>
    public void Add(Frame answer)
    {
        (_control ??= new()).Enqueue(answer);
        _controlBytes += answer.Bytes.Length;
    }

    /// <summary>Adds an update to be sent now, behind all that waits; it supersedes nothing.</summary>
    public void AddDue(MarketUpdate update)
    {
        if (_due is null) (_due, _spare) = (_spare ?? [], null);
        _due.Add(update);
        DueBytes += update.Payload.Length;
    }

    /// <summary>The client can't take more now: what was due conflates with what waits.</summary>
    /// <returns>How many were superseded.</returns>
    public int Conflate()
    {
        if (_due is null) return 0;
        var superseded = 0;
        for (var i = _dueTaken; i < _due.Count; i++) superseded += Add(_due[i]) ? 1 : 0;
        ForgetDue();
        return superseded;
    }

    /// <summary>Adds an update that can't be sent now, in the place of the one it supersedes; nothing may be due then.</summary>
    /// <returns>True when it superseded one that was never sent.</returns>
    public bool Add(MarketUpdate update)
    {
        var key = new DataKey(update.Event, update.Key);
        _newest ??= new();
        var supersedes = !_newest.TryAdd(key, update);
        if (supersedes) _newest[key] = update;
        else (_order ??= new()).Enqueue(key);
        return supersedes;
    }

    /// <summary>Takes what is next, answers first; false when nothing waits. One of the two is set.</summary>
    public bool TryTake(out Frame? answer, out MarketUpdate? update)
    {
        update = null;
        if (_control is not null && _control.TryDequeue(out answer))
        {
            _controlBytes -= answer.Bytes.Length;
            if (_control.Count == 0) _control = null;
            return true;
        }

        answer = null;
        if (_order is null || !_order.TryDequeue(out var key)) return TryTakeDue(out update);
        _newest!.Remove(key, out update);
        if (_order.Count == 0 && _order.Capacity > KeptCapacity) (_order, _newest) = (null, null);
        return true;
    }

    /// <summary>Takes all that waits, for a client that goes on at another node.</summary>
    /// <param name="mostBytes">Bytes of chains that go along. The next node has the others as well, once for all its clients.</param>
    public WaitingItems TakeAll(int mostBytes)
    {
        var all = new WaitingItems([], [], []);
        var carried = 0;
        while (TryTake(out var answer, out var update))
        {
            if (answer is not null) all.Answers.Add(answer);
            else if (update!.Event.IsLarge && (carried += update.Payload.Length) > mostBytes) all.LeftBehind.Add(update);
            else all.Updates.Add(update);
        }

        return all;
    }

    /// <summary>Removes the updates that the client is no longer to get.</summary>
    /// <returns>How many were removed.</returns>
    public int Purge(Func<MarketUpdate, bool> isWanted) => PurgeDue(isWanted) + PurgeNewest(isWanted);

    private int PurgeDue(Func<MarketUpdate, bool> isWanted)
    {
        if (_due is null) return 0;
        var before = DataCount;
        var kept = _due.Skip(_dueTaken).Where(isWanted).ToList();
        ForgetDue();
        foreach (var update in kept) AddDue(update);
        return before - DataCount;
    }

    private int PurgeNewest(Func<MarketUpdate, bool> isWanted)
    {
        if (_newest is null || _newest.Count == 0) return 0;
        var before = _newest.Count;
        var kept = new Queue<DataKey>();
        foreach (var key in _order!)
        {
            if (isWanted(_newest[key])) kept.Enqueue(key);
            else _newest.Remove(key);
        }

        _order = kept;
        return before - _newest.Count;
    }

    private bool TryTakeDue(out MarketUpdate? update)
    {
        update = null;
        if (_due is null) return false;
        update = _due[_dueTaken++];
        DueBytes -= update.Payload.Length;
        if (_dueTaken == _due.Count) ForgetDue();
        return true;
    }

    private void ForgetDue()
    {
        _due!.Clear();
        if (_due.Capacity <= KeptCapacity) _spare = _due;
        _due = null;
        _dueTaken = DueBytes = 0;
    }

    private readonly record struct DataKey(MarketEvent Event, ConflationKey Key);
}

/// <summary>What waits for a client that goes on at another node.</summary>
/// <param name="Answers">Answers, in order.</param>
/// <param name="Updates">Updates that go along, in order.</param>
/// <param name="LeftBehind">Chains that do not go along.</param>
internal sealed record WaitingItems(List<Frame> Answers, List<MarketUpdate> Updates, List<MarketUpdate> LeftBehind);

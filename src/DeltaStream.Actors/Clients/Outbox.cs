using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// The queue of one client. It sends answers first, in order. Then it sends waiting updates, the newest per key: a replaced
/// update keeps its place, so a busy key can't starve the others. Last come gathered updates, which wait only for the end of the
/// actor's turn, so all of them are sent. An update costs a pointer, because its frames are shared. The number of keys limits
/// the waiting updates, <see cref="IsOverfull"/> the answers, and the writer the gathered updates.
/// </summary>
internal sealed class Outbox
{
    // Larger tables are released once they are empty: a client that was stuck once should not stay big.
    private const int KeptCapacity = 64;

    // Gathered updates are gone at the end of the actor's turn, so the list belongs to the thread instead of the client.
    [ThreadStatic]
    private static List<(MarketUpdate Update, bool IsRequested)>? _spare;

    private readonly int _maxEntries;
    private readonly int _maxBytes;
    private Queue<(Frame Frame, bool IsGrouped)>? _answers;
    private Queue<Frame>? _afterUpdates;
    private int _answerBytes;
    private int _grouped;
    private Queue<DataKey>? _order;
    private Dictionary<DataKey, MarketUpdate>? _newest;
    private HashSet<DataKey>? _requested;
    private List<(MarketUpdate Update, bool IsRequested)>? _gathered;
    private int _gatheredTaken;

    /// <param name="maxEntries">The maximum number of waiting answers.</param>
    /// <param name="maxBytes">The maximum bytes of waiting answers.</param>
    public Outbox(int maxEntries, int maxBytes)
    {
        _maxEntries = maxEntries;
        _maxBytes = maxBytes;
    }

    public bool IsEmpty => AnswerCount == 0 && DataCount == 0;

    /// <summary>The number of waiting answers.</summary>
    public int AnswerCount => _answers?.Count ?? 0;

    /// <summary>The number of waiting updates: one per key, all gathered ones, and answers that wait behind updates.</summary>
    public int DataCount => (_order?.Count ?? 0) + (_gathered is null ? 0 : _gathered.Count - _gatheredTaken);

    /// <summary>The bytes of gathered updates.</summary>
    public int GatheredBytes { get; private set; }

    /// <summary>True if more answers wait than allowed: the client is a slow consumer. A single answer may have any size.</summary>
    public bool IsOverfull => AnswerCount - _grouped is var single && (single > _maxEntries || (single > 1 && _answerBytes > _maxBytes));

    /// <summary>True if so many answers wait that no further request should be read.</summary>
    public bool IsFilling => AnswerCount > _maxEntries / 2 || _answerBytes > _maxBytes / 2;

    /// <summary>True while answers to a request for several rooms wait. No further such request is carried out until they are sent.</summary>
    public bool HasGroup => _grouped > 0 || _afterUpdates is not null;

    /// <summary>True if the update that was taken last is a value of a snapshot, or has taken the place of one.</summary>
    public bool WasRequested { get; private set; }

    /// <summary>True if the answer that was taken last waited behind updates (<see cref="AddAfterUpdates"/>).</summary>
    private bool WasAfterUpdates { get; set; }

    /// <summary>Adds an answer behind the waiting ones.</summary>
    public void Add(Frame answer)
    {
        (_answers ??= new()).Enqueue((answer, false));
        _answerBytes += answer.Bytes.Length;
    }

    /// <summary>Adds the answers to one request for several rooms. Only one such group waits, so it counts towards no limit.</summary>
    public void AddGroup(IReadOnlyCollection<Frame> answers)
    {
        foreach (var answer in answers) (_answers ??= new()).Enqueue((answer, true));
        _grouped += answers.Count;
    }

    /// <summary>Adds an answer that is sent after the updates that wait now. There must be no gathered updates.</summary>
    public void AddAfterUpdates(Frame answer)
    {
        (_afterUpdates ??= new()).Enqueue(answer);
        // A key without an event stands for it in the queue.
        (_order ??= new()).Enqueue(default);
    }

    /// <summary>Adds an update that is sent in this turn, behind everything else. It supersedes nothing.</summary>
    public void Gather(MarketUpdate update, bool isRequested = false)
    {
        if (_gathered is null) (_gathered, _spare) = (_spare ?? [], null);
        _gathered.Add((update, isRequested));
        GatheredBytes += update.Payload.Length;
    }

    /// <summary>The client can't take more now: conflates the gathered updates with the waiting ones.</summary>
    /// <returns>The number of superseded updates.</returns>
    public int Conflate()
    {
        if (_gathered is null) return 0;
        var superseded = 0;
        for (var i = _gatheredTaken; i < _gathered.Count; i++)
        {
            var (update, isRequested) = _gathered[i];
            superseded += Add(update) ? 1 : 0;
            if (isRequested) MarkRequested(update);
        }

        ForgetGathered();
        return superseded;
    }

    /// <summary>Adds an update that can't be sent now, in the place of the update that it supersedes. There must be no gathered updates.</summary>
    /// <returns>True if it superseded a waiting update.</returns>
    public bool Add(MarketUpdate update)
    {
        var key = new DataKey(update.Event, update.Key);
        _newest ??= new();
        var supersedes = !_newest.TryAdd(key, update);
        if (supersedes) _newest[key] = update;
        else (_order ??= new()).Enqueue(key);
        return supersedes;
    }

    /// <summary>True if an update of the same key waits because the client could not take it.</summary>
    public bool Waits(MarketUpdate update) => _newest?.ContainsKey(new(update.Event, update.Key)) == true;

    /// <summary>Marks a waiting update as a value of a snapshot. A newer one that takes its place stays marked.</summary>
    public void MarkRequested(MarketUpdate update) => (_requested ??= []).Add(new(update.Event, update.Key));

    /// <summary>Takes the next entry, answers first; false if the outbox is empty. Exactly one of the two results is set.</summary>
    public bool TryTake(out Frame? answer, out MarketUpdate? update)
    {
        update = null;
        if (_answers is not null && _answers.TryDequeue(out var first))
        {
            answer = first.Frame;
            if (first.IsGrouped) _grouped--;
            else _answerBytes -= answer.Bytes.Length;
            if (_answers.Count == 0) _answers = null;
            WasRequested = WasAfterUpdates = false;
            return true;
        }

        answer = null;
        if (_order is null || !_order.TryDequeue(out var key)) return TryTakeGathered(out update);
        if (key.Event is null) return TakeAfterUpdates(out answer);
        _newest!.Remove(key, out update);
        WasRequested = _requested?.Remove(key) == true;
        if (_requested is { Count: 0 }) _requested = null;
        if (_order.Count == 0 && _order.Capacity > KeptCapacity) (_order, _newest) = (null, null);
        return true;
    }

    /// <summary>Takes all entries for a client that moves to another node.</summary>
    /// <param name="mostBytes">The maximum bytes of chains that move along. The next node has the others as well and sends its own copy.</param>
    public WaitingItems TakeAll(int mostBytes)
    {
        var all = new WaitingItems([], [], [], []);
        var carried = 0;
        while (TryTake(out var answer, out var update))
        {
            if (answer is not null) (WasAfterUpdates ? all.AfterUpdates : all.Answers).Add(answer);
            else if (update!.Event.IsLarge && (carried += update.Payload.Length) > mostBytes) all.StayingBehind.Add(update);
            else all.Updates.Add(update);
        }

        return all;
    }

    /// <summary>Removes the updates that the client should not get any more.</summary>
    /// <returns>The number of removed updates.</returns>
    public int Purge(Func<MarketUpdate, bool> isWanted) => PurgeGathered(isWanted) + PurgeNewest(isWanted);

    /// <summary>Takes back the updates that the client has not requested. There must be no gathered updates.</summary>
    public IReadOnlyList<MarketUpdate> TakeBack()
    {
        var taken = new List<MarketUpdate>();
        PurgeNewest(update =>
        {
            var key = new DataKey(update.Event, update.Key);
            if (_requested?.Contains(key) == true) return true;
            taken.Add(update);
            return false;
        });
        return taken;
    }

    private int PurgeGathered(Func<MarketUpdate, bool> isWanted)
    {
        if (_gathered is null) return 0;
        var before = DataCount;
        var kept = _gathered.Skip(_gatheredTaken).Where(it => isWanted(it.Update)).ToList();
        ForgetGathered();
        foreach (var (update, isRequested) in kept) Gather(update, isRequested);
        return before - DataCount;
    }

    private int PurgeNewest(Func<MarketUpdate, bool> isWanted)
    {
        if (_newest is null || _newest.Count == 0) return 0;
        var before = _newest.Count;
        var kept = new Queue<DataKey>();
        foreach (var key in _order!)
        {
            if (key.Event is null || isWanted(_newest[key])) kept.Enqueue(key);
            else
            {
                _newest.Remove(key);
                _requested?.Remove(key);
            }
        }

        _order = kept;
        return before - _newest.Count;
    }

    private bool TakeAfterUpdates(out Frame? answer)
    {
        answer = _afterUpdates!.Dequeue();
        if (_afterUpdates.Count == 0) _afterUpdates = null;
        (WasRequested, WasAfterUpdates) = (false, true);
        return true;
    }

    private bool TryTakeGathered(out MarketUpdate? update)
    {
        (update, WasRequested) = (null, false);
        if (_gathered is null) return false;
        (update, WasRequested) = _gathered[_gatheredTaken++];
        GatheredBytes -= update.Payload.Length;
        if (_gatheredTaken == _gathered.Count) ForgetGathered();
        return true;
    }

    private void ForgetGathered()
    {
        _gathered!.Clear();
        if (_gathered.Capacity <= KeptCapacity) _spare = _gathered;
        _gathered = null;
        _gatheredTaken = GatheredBytes = 0;
    }

}

/// <summary>Of two updates with the same event and key only the newer one matters.</summary>
internal readonly record struct DataKey(MarketEvent? Event, ConflationKey Key);

/// <summary>The waiting entries of a client that moves to another node.</summary>
/// <param name="Answers">The answers, in order.</param>
/// <param name="Updates">The updates that move along, in order.</param>
/// <param name="StayingBehind">The chains that do not move along.</param>
/// <param name="AfterUpdates">The answers that are sent after all updates.</param>
internal sealed record WaitingItems(List<Frame> Answers, List<MarketUpdate> Updates, List<MarketUpdate> StayingBehind, List<Frame> AfterUpdates);

using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// What waits to be sent to one client: answers in order, then the newest update of each key, each keeping the place of the
/// first one that it superseded, so that a busy key starves no other. An update costs a pointer: its frames are shared.
/// Bounded by the number of keys, and for answers by what <see cref="IsOverfull"/> says.
/// </summary>
public sealed class Outbox
{
    // Above this many keys the tables are given back once they are empty: a client that was stuck once should not stay big.
    private const int KeptCapacity = 64;

    private readonly int _maxEntries;
    private readonly int _maxBytes;
    private Queue<Frame>? _control;
    private int _controlBytes;
    private Queue<DataKey>? _order;
    private Dictionary<DataKey, MarketUpdate>? _newest;

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

    /// <summary>How many updates wait: one a key.</summary>
    public int DataCount => _newest?.Count ?? 0;

    /// <summary>Whether more answers wait than may: the client is a slow consumer.</summary>
    public bool IsOverfull => ControlCount > _maxEntries || _controlBytes > _maxBytes;

    /// <summary>Whether so many answers wait that no further request should be read.</summary>
    public bool IsFilling => ControlCount > _maxEntries / 2 || _controlBytes > _maxBytes / 2;

    /// <summary>Adds an answer behind those that wait.</summary>
    public void Add(Frame answer)
    {
        (_control ??= new()).Enqueue(answer);
        _controlBytes += answer.Bytes.Length;
    }

    /// <summary>Adds an update, in the place of the one it supersedes.</summary>
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

    /// <summary>Whether an update waits that this one would supersede.</summary>
    public bool Holds(MarketUpdate update) => _newest is not null && _newest.ContainsKey(new(update.Event, update.Key));

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
        if (_order is null || !_order.TryDequeue(out var key)) return false;
        _newest!.Remove(key, out update);
        if (_order.Count == 0 && _order.Capacity > KeptCapacity) (_order, _newest) = (null, null);
        return true;
    }

    /// <summary>Removes the updates that the client is no longer to get.</summary>
    /// <returns>How many were removed.</returns>
    public int Purge(Func<MarketUpdate, bool> isWanted)
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

    private readonly record struct DataKey(MarketEvent Event, ConflationKey Key);
}

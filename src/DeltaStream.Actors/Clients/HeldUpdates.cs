using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// The updates that a client is not sent for now, the newest of each key: because it has paused, or because its rate does not
/// allow them yet. A client without pauses and rates has none of this.
/// </summary>
internal sealed class HeldUpdates
{
    /// <summary>The time of an update that waits until the client resumes.</summary>
    public const int OnResume = int.MaxValue;

    private readonly Dictionary<DataKey, Held> _newest = [];
    private readonly PriorityQueue<DataKey, int> _due = new();

    /// <summary>True while the client has paused its updates.</summary>
    public bool IsPaused { get; set; }

    /// <summary>The tick at which the next update is due; null if none is.</summary>
    public int? NextDue => _due.TryPeek(out _, out var tick) ? tick : null;

    /// <summary>True if an update of a key is held.</summary>
    public bool Has(DataKey key) => _newest.ContainsKey(key);

    /// <summary>Holds an update in the place of one that is held of its key; false if there is none.</summary>
    public bool TryReplace(MarketUpdate update)
    {
        var key = new DataKey(update.Event, update.Key);
        if (!_newest.TryGetValue(key, out var held)) return false;
        _newest[key] = held with { Update = update };
        return true;
    }

    /// <summary>Holds an update of a key of which none is held.</summary>
    /// <param name="update">The update.</param>
    /// <param name="due">The tick at which it may be sent.</param>
    public void Add(MarketUpdate update, int due)
    {
        var key = new DataKey(update.Event, update.Key);
        _newest.Add(key, new(update, due));
        if (due != OnResume) _due.Enqueue(key, due);
    }

    /// <summary>A snapshot's value is sent. It takes the place of what was held of its key, because it was read later.</summary>
    public void Forget(MarketUpdate snapshot) => _newest.Remove(new(snapshot.Event, snapshot.Key));

    /// <summary>Takes the next update that is due; null if there is none.</summary>
    public MarketUpdate? TakeDue(int now)
    {
        while (_due.TryPeek(out var key, out var tick) && tick <= now)
        {
            _due.Dequeue();
            // The key may have been forgotten, and held again since.
            if (_newest.TryGetValue(key, out var held) && held.Due <= now && _newest.Remove(key)) return held.Update;
        }

        return null;
    }

    /// <summary>Takes all updates, in the order in which their keys were first held.</summary>
    public IReadOnlyList<MarketUpdate> TakeAll()
    {
        var all = _newest.Values.Select(static held => held.Update).ToList();
        _newest.Clear();
        _due.Clear();
        return all;
    }

    /// <summary>Removes the updates that the client should not get any more.</summary>
    /// <returns>The number of removed updates.</returns>
    public int Purge(Func<MarketUpdate, bool> isWanted)
    {
        var before = _newest.Count;
        foreach (var (key, held) in _newest)
        {
            if (!isWanted(held.Update)) _newest.Remove(key);
        }

        return before - _newest.Count;
    }

    private readonly record struct Held(MarketUpdate Update, int Due);
}

using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Feed;

/// <summary>The result of an offer.</summary>
internal enum Offered
{
    /// <summary>The item is queued.</summary>
    Queued,

    /// <summary>The item replaced an older one with its key.</summary>
    Conflated,

    /// <summary>The maximum number of keys is reached.</summary>
    Refused,
}

/// <summary>
/// Keeps the newest item of each key until it is taken. A key keeps its place in the queue when its item is replaced, so a busy
/// key can't starve the others. Each key is throttled: after a quiet time the first item may go at once, and the last item
/// always goes. Time is an argument and must not go backwards.
/// </summary>
/// <remarks>
/// The throttle is a token bucket that holds <see cref="Jitter"/> worth of items. Even spacing would drop items of a producer
/// exactly at the limit whenever its clock or this machine is late by one interval.
/// </remarks>
/// <param name="maxRate">Items per second and key; 0 turns the throttle off.</param>
/// <param name="maxKeys">The maximum number of keys.</param>
internal sealed class ConflationBuffer<T>(int maxRate, int maxKeys)
{
    /// <summary>How unevenly a producer at the limit may send without losing items.</summary>
    public static readonly TimeSpan Jitter = TimeSpan.FromMilliseconds(250);

    private readonly long _interval = maxRate == 0 ? 0 : TimeSpan.TicksPerSecond / maxRate;
    private readonly long _tolerance = maxRate == 0 ? 0 : Math.Max(0, Jitter.Ticks - TimeSpan.TicksPerSecond / maxRate);
    private readonly Dictionary<ConflationKey, Entry> _entries = [];
    private readonly Queue<(Entry Entry, int Ticket)> _ready = new();
    private readonly PriorityQueue<(Entry Entry, int Ticket), (long Due, long Order)> _deferred = new();
    private long _order;

    /// <summary>The number of waiting items.</summary>
    public int Pending { get; private set; }

    /// <summary>The number of places in the queues, without those that <see cref="Drop"/> has emptied.</summary>
    public int Queued => _ready.Count + _deferred.Count;

    /// <summary>The time when the next throttled item is due; null if there is none.</summary>
    public TimeSpan? NextDue => _deferred.TryPeek(out _, out var at) ? new TimeSpan(at.Due) : null;

    public Offered Offer(ConflationKey key, T item, TimeSpan now)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            if (_entries.Count >= maxKeys) Forget(now);
            if (_entries.Count >= maxKeys) return Offered.Refused;
            _entries[key] = entry = new Entry { Key = key };
        }

        entry.Item = item;
        if (entry.IsPending) return Offered.Conflated;
        entry.IsPending = true;
        Pending++;
        var due = entry.TheoreticalArrival - _tolerance;
        if (due <= now.Ticks) _ready.Enqueue((entry, ++entry.Ticket));
        else _deferred.Enqueue((entry, ++entry.Ticket), (due, _order++));
        return Offered.Queued;
    }

    /// <summary>Takes the next item that is due, if there is one.</summary>
    public bool TryTake(TimeSpan now, out T item)
    {
        while (_deferred.TryPeek(out var waiting, out var at) && at.Due <= now.Ticks)
        {
            _deferred.Dequeue();
            _ready.Enqueue(waiting);
        }

        while (_ready.TryDequeue(out var next))
        {
            var entry = next.Entry;
            if (!IsCurrent(next)) continue;
            item = entry.Item!;
            Empty(entry);
            entry.TheoreticalArrival = Math.Max(entry.TheoreticalArrival, now.Ticks) + _interval;
            if (maxRate == 0) _entries.Remove(entry.Key);
            return true;
        }

        item = default!;
        return false;
    }

    /// <summary>Drops the waiting items that match.</summary>
    /// <returns>The number of dropped items.</returns>
    public int Drop(Predicate<T> unwanted)
    {
        var dropped = 0;
        foreach (var entry in _entries.Values)
        {
            if (!entry.IsPending || !unwanted(entry.Item!)) continue;
            Empty(entry);
            dropped++;
        }

        // On a standby nothing is taken, so empty places would pile up.
        if (dropped > 0) ForgetEmptyPlaces();
        return dropped;
    }

    private void ForgetEmptyPlaces()
    {
        for (var remaining = _ready.Count; remaining > 0; remaining--)
        {
            var place = _ready.Dequeue();
            if (IsCurrent(place)) _ready.Enqueue(place);
        }

        var deferred = _deferred.UnorderedItems.Where(it => IsCurrent(it.Element)).ToArray();
        _deferred.Clear();
        _deferred.EnqueueRange(deferred);
    }

    private static bool IsCurrent((Entry Entry, int Ticket) place) => place.Entry.IsPending && place.Entry.Ticket == place.Ticket;

    private void Empty(Entry entry)
    {
        entry.IsPending = false;
        entry.Item = default;
        Pending--;
    }

    /// <summary>Forgets empty entries that are no longer throttled: a new entry would behave the same.</summary>
    private void Forget(TimeSpan now)
    {
        foreach (var entry in _entries.Values)
            if (!entry.IsPending && entry.TheoreticalArrival <= now.Ticks) _entries.Remove(entry.Key);
    }

    private sealed class Entry
    {
        public ConflationKey Key;
        public T? Item;
        public bool IsPending;

        /// <summary>Distinguishes the entry's current place in the queue from a place that <see cref="Drop"/> left behind.</summary>
        public int Ticket;

        /// <summary>The time, in ticks, when the next item would come if all items came evenly (a term of the algorithm GCRA).</summary>
        public long TheoreticalArrival;
    }
}

using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Feed;

/// <summary>What became of an offered item.</summary>
internal enum Offered
{
    /// <summary>It waits for its turn.</summary>
    Queued,

    /// <summary>It took the place of an older one with its key.</summary>
    Conflated,

    /// <summary>There is no room for another key.</summary>
    Refused,
}

/// <summary>
/// Keeps the newest item of each key until it is taken. A key keeps its place in the queue when its item is replaced, so that
/// a hot key starves nobody, and is throttled to a rate: the first item after a quiet time may go at once, the last one
/// always goes. Pure: time is an argument, and must not go backwards.
/// </summary>
/// <remarks>
/// The throttle is a bucket that fills at the rate and holds what comes in <see cref="Jitter"/>. Spacing items evenly instead
/// would make a producer exactly at the limit lose some whenever its clock, or this machine, is late by one interval.
/// </remarks>
/// <param name="maxRate">Items a second and key; 0: no throttle.</param>
/// <param name="maxKeys">How many keys are kept at most.</param>
internal sealed class ConflationBuffer<T>(int maxRate, int maxKeys)
{
    /// <summary>How unevenly a producer at the limit may send without losing anything.</summary>
    public static readonly TimeSpan Jitter = TimeSpan.FromMilliseconds(250);

    private readonly long _interval = maxRate == 0 ? 0 : TimeSpan.TicksPerSecond / maxRate;
    private readonly long _tolerance = maxRate == 0 ? 0 : Math.Max(0, Jitter.Ticks - TimeSpan.TicksPerSecond / maxRate);
    private readonly Dictionary<ConflationKey, Slot> _slots = [];
    private readonly Queue<(Slot Slot, int Ticket)> _ready = new();
    private readonly PriorityQueue<(Slot Slot, int Ticket), (long Due, long Order)> _deferred = new();
    private long _order;

    /// <summary>How many items wait.</summary>
    public int Pending { get; private set; }

    /// <summary>How many places in the queues are taken; those that <see cref="Drop"/> has emptied are not.</summary>
    public int Queued => _ready.Count + _deferred.Count;

    /// <summary>When the next throttled item may go; null when none waits for its time.</summary>
    public TimeSpan? NextDue => _deferred.TryPeek(out _, out var at) ? new TimeSpan(at.Due) : null;

    /// <summary>Puts an item in.</summary>
    public Offered Offer(ConflationKey key, T item, TimeSpan now)
    {
        if (!_slots.TryGetValue(key, out var slot))
        {
            if (_slots.Count >= maxKeys) Forget(now);
            if (_slots.Count >= maxKeys) return Offered.Refused;
            _slots[key] = slot = new Slot { Key = key };
        }

        slot.Item = item;
        if (slot.IsPending) return Offered.Conflated;
        slot.IsPending = true;
        Pending++;
        var due = slot.EvenAt - _tolerance;
        if (due <= now.Ticks) _ready.Enqueue((slot, ++slot.Ticket));
        else _deferred.Enqueue((slot, ++slot.Ticket), (due, _order++));
        return Offered.Queued;
    }

    /// <summary>Takes the item whose turn it is, if there is one.</summary>
    public bool TryTake(TimeSpan now, out T item)
    {
        while (_deferred.TryPeek(out var waiting, out var at) && at.Due <= now.Ticks)
        {
            _deferred.Dequeue();
            _ready.Enqueue(waiting);
        }

        while (_ready.TryDequeue(out var next))
        {
            var slot = next.Slot;
            if (!IsCurrent(next)) continue;
            item = slot.Item!;
            Empty(slot);
            slot.EvenAt = Math.Max(slot.EvenAt, now.Ticks) + _interval;
            if (maxRate == 0) _slots.Remove(slot.Key);
            return true;
        }

        item = default!;
        return false;
    }

    /// <summary>Drops the waiting items that nobody wants any more.</summary>
    /// <returns>How many.</returns>
    public int Drop(Predicate<T> unwanted)
    {
        var dropped = 0;
        foreach (var slot in _slots.Values)
        {
            if (!slot.IsPending || !unwanted(slot.Item!)) continue;
            Empty(slot);
            dropped++;
        }

        // Where nothing is ever taken, on a standby, the places would pile up.
        if (dropped > 0) ForgetEmptyPlaces();
        return dropped;
    }

    private void ForgetEmptyPlaces()
    {
        for (var left = _ready.Count; left > 0; left--)
        {
            var place = _ready.Dequeue();
            if (IsCurrent(place)) _ready.Enqueue(place);
        }

        var deferred = _deferred.UnorderedItems.Where(it => IsCurrent(it.Element)).ToArray();
        _deferred.Clear();
        _deferred.EnqueueRange(deferred);
    }

    private static bool IsCurrent((Slot Slot, int Ticket) place) => place.Slot.IsPending && place.Slot.Ticket == place.Ticket;

    private void Empty(Slot slot)
    {
        slot.IsPending = false;
        slot.Item = default;
        Pending--;
    }

    /// <summary>A slot that is empty and no longer throttled says nothing that a new one would not.</summary>
    private void Forget(TimeSpan now)
    {
        foreach (var slot in _slots.Values)
            if (!slot.IsPending && slot.EvenAt <= now.Ticks) _slots.Remove(slot.Key);
    }

    private sealed class Slot
    {
        public ConflationKey Key;
        public T? Item;
        public bool IsPending;

        /// <summary>Tells the slot's current place in the queue from one that <see cref="Drop"/> left behind.</summary>
        public int Ticket;

        /// <summary>When the next item would come if all had come evenly, in ticks.</summary>
        public long EvenAt;
    }
}

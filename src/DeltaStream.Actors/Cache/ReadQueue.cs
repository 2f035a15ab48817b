using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Cache;

/// <summary>A queue of keys to read from the store. Several requests for one key share one read. A ticket tells whether a key was read.</summary>
internal sealed class ReadQueue
{
    private readonly Queue<ConflationKey> _keys = [];
    private readonly Dictionary<ConflationKey, long> _tickets = [];
    private List<ConflationKey>? _inFlight;
    private long _enqueued;
    private long _completed;

    /// <summary>True while a batch is in flight.</summary>
    public bool IsReading => _inFlight is not null;

    /// <summary>The number of waiting keys, without those in flight.</summary>
    public int Count => _keys.Count;

    /// <summary>Adds a key, or returns the ticket of the same key if it already waits.</summary>
    /// <returns>The ticket, which is done once the key was read.</returns>
    public long Enqueue(ConflationKey key)
    {
        // A key in flight is queued again: this request may be about a newer value than the one being read.
        if (_tickets.TryGetValue(key, out var ticket) && ticket > _completed + (_inFlight?.Count ?? 0)) return ticket;
        _keys.Enqueue(key);
        return _tickets[key] = ++_enqueued;
    }

    /// <summary>True if the ticket's key was read. Ticket 0 is always done.</summary>
    public bool IsDone(long ticket) => ticket <= _completed;

    /// <summary>Takes the next batch. Null if a batch is in flight or the queue is empty.</summary>
    /// <param name="most">The size of the batch, in underlyings.</param>
    /// <param name="chainWeight">The number of underlyings that a chain counts for.</param>
    public IReadOnlyCollection<ConflationKey>? Take(int most, int chainWeight)
    {
        if (_inFlight is not null || _keys.Count == 0) return null;
        _inFlight = [];
        var weight = 0;
        while (weight < most && _keys.TryDequeue(out var key))
        {
            _inFlight.Add(key);
            weight += key.Event.IsLarge ? chainWeight : 1;
        }

        return _inFlight;
    }

    /// <summary>True if this batch is in flight.</summary>
    public bool IsUnderWay(IReadOnlyCollection<ConflationKey> batch) => ReferenceEquals(batch, _inFlight);

    /// <summary>The batch in flight was read.</summary>
    public void Completed()
    {
        foreach (var key in _inFlight!)
        {
            _completed++;
            if (_tickets[key] == _completed) _tickets.Remove(key);
        }

        _inFlight = null;
    }

    /// <summary>The batch in flight could not be read; its keys go back to the front.</summary>
    public void Failed()
    {
        var rest = _keys.ToArray();
        _keys.Clear();
        foreach (var key in _inFlight!) _keys.Enqueue(key);
        foreach (var key in rest) _keys.Enqueue(key);
        _inFlight = null;
    }
}

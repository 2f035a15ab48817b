using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Cache;

/// <summary>
/// The keys to be read from the store, each once however many want it, in order. A ticket tells whether a key was read.
/// </summary>
internal sealed class ReadQueue
{
    private readonly Queue<ConflationKey> _keys = [];
    private readonly Dictionary<ConflationKey, long> _tickets = [];
    private List<ConflationKey>? _inFlight;
    private long _enqueued;
    private long _completed;

    /// <summary>Whether a batch was taken and neither completed nor failed.</summary>
    public bool IsReading => _inFlight is not null;

    /// <summary>How many keys wait, those being read not counted.</summary>
    public int Count => _keys.Count;

    /// <summary>Wants a key; if it waits already, with those who want it.</summary>
    /// <returns>The ticket that is done once the key was read.</returns>
    public long Enqueue(ConflationKey key)
    {
        // A key that is being read this moment is read again: who asks now may know of something newer.
        if (_tickets.TryGetValue(key, out var ticket) && ticket > _completed + (_inFlight?.Count ?? 0)) return ticket;
        _keys.Enqueue(key);
        return _tickets[key] = ++_enqueued;
    }

    /// <summary>Whether what the ticket stands for was read. Ticket 0 always was.</summary>
    public bool IsDone(long ticket) => ticket <= _completed;

    /// <summary>Takes the next batch, unless one is being read or none is wanted.</summary>
    /// <param name="most">The batch's size, in underlyings.</param>
    /// <param name="chainWeight">How many underlyings a chain counts for.</param>
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

    /// <summary>Whether this is the batch that was taken last, and neither completed nor failed.</summary>
    public bool IsUnderWay(IReadOnlyCollection<ConflationKey> batch) => ReferenceEquals(batch, _inFlight);

    /// <summary>The batch was read.</summary>
    public void Completed()
    {
        foreach (var key in _inFlight!)
        {
            _completed++;
            if (_tickets[key] == _completed) _tickets.Remove(key);
        }

        _inFlight = null;
    }

    /// <summary>The batch could not be read: its keys are first again.</summary>
    public void Failed()
    {
        var rest = _keys.ToArray();
        _keys.Clear();
        foreach (var key in _inFlight!) _keys.Enqueue(key);
        foreach (var key in rest) _keys.Enqueue(key);
        _inFlight = null;
    }
}

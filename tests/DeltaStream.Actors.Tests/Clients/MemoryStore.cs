using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>The twin of the store in Redis, in memory. It may be made to fail, to hold its answers back, and counts reads.</summary>
internal sealed class MemoryStore : ILatestStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ConflationKey, MarketUpdate> _values = [];
    private readonly List<int> _reads = [];
    private TaskCompletionSource? _gate;
    private int _indexReads;
    private int _begun;
    private int _ended;

    public bool IsDown { get; set; }

    /// <summary>How many keys each read was for.</summary>
    public IReadOnlyList<int> Reads
    {
        get
        {
            lock (_lock) return _reads.ToArray();
        }
    }

    /// <summary>How many calls came, and how many were answered.</summary>
    public int Begun => Volatile.Read(ref _begun);

    public int Ended => Volatile.Read(ref _ended);

    public int IndexReads => Volatile.Read(ref _indexReads);

    public void Put(params MarketUpdate[] updates)
    {
        lock (_lock)
        {
            foreach (var update in updates)
            {
                if (!_values.TryGetValue(update.Key, out var held) || update.Position >= held.Position) _values[update.Key] = update;
            }
        }
    }

    /// <summary>Holds every answer back until <see cref="Release"/>.</summary>
    public void Hold() => _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _gate?.TrySetResult();

    public async ValueTask<IReadOnlyList<MarketUpdate>> ReadAsync(IReadOnlyCollection<ConflationKey> keys, CancellationToken cancellation)
    {
        using var call = new Call(this);
        await PassAsync();
        lock (_lock)
        {
            _reads.Add(keys.Count);
            // A copy, as from a store: only the bytes are the same.
            return [.. keys.Where(_values.ContainsKey).Select(key => Copy(_values[key]))];
        }
    }

    public async ValueTask<IReadOnlyList<LatestEntry>> ReadIndexAsync(CancellationToken cancellation)
    {
        using var call = new Call(this);
        await PassAsync();
        Interlocked.Increment(ref _indexReads);
        lock (_lock)
            return [.. _values.Values.Where(update => update.Position != Position.None).Select(update => new LatestEntry(update.Key, update.ReceivedAt))];
    }

    public ValueTask<bool> WriteAsync(IReadOnlyCollection<MarketUpdate> updates, CancellationToken cancellation)
    {
        Put([.. updates]);
        return ValueTask.FromResult(true);
    }

    private static MarketUpdate Copy(MarketUpdate it) => new(it.Event, it.Key, it.Position, it.Payload, it.Hash, it.ReceivedAt);

    private async Task PassAsync()
    {
        if (IsDown) throw new FeedUnavailableException("the store is down");
        if (_gate is { } gate) await gate.Task;
    }

    private readonly struct Call : IDisposable
    {
        private readonly MemoryStore _store;

        public Call(MemoryStore store)
        {
            _store = store;
            Interlocked.Increment(ref store._begun);
        }

        public void Dispose() => Interlocked.Increment(ref _store._ended);
    }
}

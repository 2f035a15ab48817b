using System.Collections.Concurrent;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Feed;

/// <summary>The store of newest values in memory: can be flushed, be out of reach and be slow.</summary>
public sealed class InMemoryLatest : ILatestStore
{
    public ConcurrentDictionary<ConflationKey, MarketUpdate> Values { get; } = new();

    public bool IsDown { get; set; }

    public int Writes => _writes;

    public TaskCompletionSource? Stall { get; set; }

    private int _writes;

    public ValueTask<IReadOnlyList<MarketUpdate>> ReadAsync(IReadOnlyCollection<ConflationKey> keys, CancellationToken cancellation)
    {
        Reach();
        return ValueTask.FromResult<IReadOnlyList<MarketUpdate>>([.. keys.Where(Values.ContainsKey).Select(key => Values[key])]);
    }

    public ValueTask<IReadOnlyList<LatestEntry>> ReadIndexAsync(CancellationToken cancellation)
    {
        Reach();
        return ValueTask.FromResult<IReadOnlyList<LatestEntry>>([.. Values.Values.Select(update => new LatestEntry(update.Key, update.ReceivedAt))]);
    }

    public async ValueTask<bool> WriteAsync(IReadOnlyCollection<MarketUpdate> updates, CancellationToken cancellation)
    {
        Reach();
        if (Stall is { } stall) await stall.Task.WaitAsync(cancellation);
        Interlocked.Increment(ref _writes);
        var taken = true;
        foreach (var update in updates)
        {
            if (Values.TryGetValue(update.Key, out var there) && there.Position.Epoch > update.Position.Epoch) taken = false;
            else Values[update.Key] = update;
        }

        return taken;
    }

    private void Reach()
    {
        if (IsDown) throw new FeedUnavailableException("the store is down");
    }
}

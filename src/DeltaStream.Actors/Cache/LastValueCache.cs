using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Cache;

/// <summary>
/// The newest value of each key, for 60 s from its receipt, and of each key of which only that is known when its newest value
/// was received. A value of unknown position ranks below any other.
/// </summary>
public sealed class LastValueCache
{
    // Microseconds for which the sorted list is not made anew, however often it is asked for.
    private const long ProductsFreshFor = 100_000;

    private readonly Dictionary<(MarketEvent Event, ConflationKey Key), MarketUpdate> _values = [];
    private readonly Dictionary<ConflationKey, long> _received = [];
    private readonly Dictionary<string, SortedSet<string>> _expiries = [];
    private readonly TimeProvider _time;
    private readonly long _life;
    private IReadOnlyList<string>? _products;
    private long _productsUntil;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="time">Tells how old a value is.</param>
    /// <param name="timeToLive">From which age on a value is as good as gone.</param>
    public LastValueCache(TimeProvider time, TimeSpan timeToLive)
    {
        _time = time;
        _life = timeToLive.Ticks / TimeSpan.TicksPerMicrosecond;
    }

    /// <summary>How many values are held, dead ones that were not swept yet included.</summary>
    public int Count => _values.Count;

    /// <summary>Takes a value in unless it holds a newer one or the same.</summary>
    /// <returns>Whether it is newer than the one held.</returns>
    public bool Offer(MarketUpdate update)
    {
        if (!IsLive(update.ReceivedAt)) return false;
        var key = (update.Event, update.Key);
        if (_values.TryGetValue(key, out var held) && IsLive(held.ReceivedAt) && !Supersedes(update, held)) return false;
        _values[key] = update;
        Note(update.Key, update.ReceivedAt);
        return true;
    }

    /// <summary>Learns from the store's index that a key has a value.</summary>
    public void Note(ConflationKey key, long receivedAt)
    {
        if (!IsLive(receivedAt)) return;
        if (!_received.TryGetValue(key, out var known)) Add(key);
        if (receivedAt > known) _received[key] = receivedAt;
    }

    /// <summary>The live value of a key, if it is held.</summary>
    public MarketUpdate? Find(MarketEvent @event, ConflationKey key) =>
        _values.TryGetValue((@event, key), out var held) && IsLive(held.ReceivedAt) ? held : null;

    /// <summary>Forgets a value, but not that there was one.</summary>
    public void Forget(MarketEvent @event, ConflationKey key) => _values.Remove((@event, key));

    /// <summary>The live expiries of a product, nearest first.</summary>
    public IEnumerable<ConflationKey> Chains(string product)
    {
        if (!_expiries.TryGetValue(product, out var expiries)) yield break;
        foreach (var expiry in expiries)
        {
            var key = ConflationKey.Chain(product, expiry);
            if (IsKnownLive(key)) yield return key;
        }
    }

    /// <summary>The products with a live value of any kind, by ordinal.</summary>
    public IReadOnlyList<string> Products()
    {
        var now = Now();
        if (_products is not null && now < _productsUntil) return _products;
        _productsUntil = now + ProductsFreshFor;
        var products = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (key, receivedAt) in _received)
        {
            if (now - receivedAt >= _life) continue;
            products.Add(key.Product);
            _productsUntil = Math.Min(_productsUntil, receivedAt + _life);
        }

        return _products = [.. products];
    }

    /// <summary>Forgets what is dead. To be called now and then.</summary>
    public void Sweep()
    {
        foreach (var (key, value) in _values)
        {
            if (!IsLive(value.ReceivedAt)) _values.Remove(key);
        }

        foreach (var (key, receivedAt) in _received)
        {
            if (IsLive(receivedAt)) continue;
            _received.Remove(key);
            if (key.Expiry is null || !_expiries.TryGetValue(key.Product, out var expiries)) continue;
            expiries.Remove(key.Expiry);
            if (expiries.Count == 0) _expiries.Remove(key.Product);
        }
    }

    /// <summary>What the snapshot of a room holds now, in the order it is sent.</summary>
    public IReadOnlyList<MarketUpdate> SnapshotOf(Room room)
    {
        var values = new List<MarketUpdate>();
        switch (room.Kind)
        {
            case RoomKind.General:
                foreach (var value in _values.Values)
                {
                    if (value.Event != MarketEvent.ChainUpdate && IsLive(value.ReceivedAt)) values.Add(value);
                }

                values.Sort(static (a, b) => Order(a).CompareTo(Order(b)));
                break;
            case RoomKind.Chain:
                foreach (var key in Chains(room.Symbol!))
                {
                    if (Find(MarketEvent.ChainUpdate, key) is { } chain) values.Add(chain);
                }

                break;
            default:
                var only = room.SingleKey!.Value;
                if (Find(EventOf(only), only) is { } latest) values.Add(latest);
                break;
        }

        return values;
    }

    /// <summary>The event that carries the messages of a key.</summary>
    public static MarketEvent EventOf(ConflationKey key) =>
        key.Kind == MarketKind.Underlying ? MarketEvent.UnderlyingUpdate : MarketEvent.ChainUpdate;

    private static OrdinalOrder Order(MarketUpdate update) => new(update.Event, update.Key.Product, update.Key.Expiry);

    private static bool Supersedes(MarketUpdate update, MarketUpdate held) =>
        update.Position > held.Position
        || (update.Position == Position.None && held.Position == Position.None
            && update.Hash != held.Hash && update.ReceivedAt >= held.ReceivedAt);

    private void Add(ConflationKey key)
    {
        _received.Add(key, 0);
        _products = null;
        if (key.Expiry is null) return;
        if (!_expiries.TryGetValue(key.Product, out var expiries))
            _expiries.Add(key.Product, expiries = new(StringComparer.Ordinal));
        expiries.Add(key.Expiry);
    }

    private bool IsKnownLive(ConflationKey key) => _received.TryGetValue(key, out var receivedAt) && IsLive(receivedAt);

    private bool IsLive(long receivedAt) => Now() - receivedAt < _life;

    private long Now() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private readonly record struct OrdinalOrder(MarketEvent Event, string Product, string? Expiry) : IComparable<OrdinalOrder>
    {
        public int CompareTo(OrdinalOrder other)
        {
            if (Event != other.Event) return Event.CompareTo(other.Event);
            var byProduct = string.CompareOrdinal(Product, other.Product);
            return byProduct != 0 ? byProduct : string.CompareOrdinal(Expiry, other.Expiry);
        }
    }
}

using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>The products and expiries with a recent value, even if the node does not hold that value. Safe for concurrent use.</summary>
internal sealed class KnownKeys
{
    // The sorted list is reused for this many microseconds, however many clients request it.
    private const long ProductsFreshFor = 100_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<ConflationKey, long> _received = [];
    private readonly Dictionary<string, SortedSet<string>> _expiries = [];
    private IReadOnlyList<string>? _products;
    private long _productsUntil;

    /// <summary>Records the time of receipt of a key's value, in microseconds since the Unix epoch.</summary>
    public void Note(ConflationKey key, long receivedAt)
    {
        using var scope = _lock.EnterScope();
        if (!_received.TryGetValue(key, out var known)) Add(key);
        if (receivedAt > known) _received[key] = receivedAt;
    }

    /// <summary>The live chains of a product, nearest expiry first.</summary>
    public IReadOnlyList<ConflationKey> Chains(string product, long unixNow)
    {
        using var scope = _lock.EnterScope();
        return _expiries.TryGetValue(product, out var expiries)
            ? [.. expiries.Select(expiry => ConflationKey.Chain(product, expiry)).Where(key => key.Kind.IsLiveAt(_received[key], unixNow))]
            : [];
    }

    /// <summary>The products with a live value of any kind, in ordinal order.</summary>
    public IReadOnlyList<string> Products(long unixNow)
    {
        using var scope = _lock.EnterScope();
        if (_products is not null && unixNow < _productsUntil) return _products;
        _productsUntil = unixNow + ProductsFreshFor;
        var products = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (key, receivedAt) in _received)
        {
            if (!key.Kind.IsOfProduct || !key.Kind.IsLiveAt(receivedAt, unixNow)) continue;
            products.Add(key.Symbol);
            _productsUntil = Math.Min(_productsUntil, receivedAt + (long)key.Kind.Life.TotalMicroseconds);
        }

        return _products = [.. products];
    }

    /// <summary>Forgets keys without a live value.</summary>
    public void Sweep(long unixNow)
    {
        using var scope = _lock.EnterScope();
        foreach (var (key, receivedAt) in _received)
        {
            if (key.Kind.IsLiveAt(receivedAt, unixNow)) continue;
            _received.Remove(key);
            if (key.Expiry is null || !_expiries.TryGetValue(key.Symbol, out var expiries)) continue;
            expiries.Remove(key.Expiry);
            if (expiries.Count == 0) _expiries.Remove(key.Symbol);
        }
    }

    private void Add(ConflationKey key)
    {
        _received.Add(key, 0);
        _products = null;
        if (key.Expiry is null) return;
        if (!_expiries.TryGetValue(key.Symbol, out var expiries))
            _expiries.Add(key.Symbol, expiries = new(StringComparer.Ordinal));
        expiries.Add(key.Expiry);
    }
}

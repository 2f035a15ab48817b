using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>Which products and expiries have had a value lately, whether the node holds it or not. Not safe for concurrent use.</summary>
internal sealed class KnownKeys
{
    // Microseconds for which the sorted list is not made anew, however often it is asked for.
    private const long ProductsFreshFor = 100_000;

    private readonly Dictionary<ConflationKey, long> _received = [];
    private readonly Dictionary<string, SortedSet<string>> _expiries = [];
    private IReadOnlyList<string>? _products;
    private long _productsUntil;

    /// <summary>Notes that a value of the key was received at this time (microseconds since the Unix epoch).</summary>
    public void Note(ConflationKey key, long receivedAt)
    {
        if (!_received.TryGetValue(key, out var known)) Add(key);
        if (receivedAt > known) _received[key] = receivedAt;
    }

    /// <summary>The chains of a product with a value since <paramref name="oldest"/>, nearest expiry first.</summary>
    public IReadOnlyList<ConflationKey> Chains(string product, long oldest) => _expiries.TryGetValue(product, out var expiries)
        ? [.. expiries.Select(expiry => ConflationKey.Chain(product, expiry)).Where(key => _received[key] > oldest)]
        : [];

    /// <summary>The products with a value of any kind since <paramref name="oldest"/>, by ordinal.</summary>
    public IReadOnlyList<string> Products(long oldest)
    {
        if (_products is not null && oldest < _productsUntil) return _products;
        _productsUntil = oldest + ProductsFreshFor;
        var products = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (key, receivedAt) in _received)
        {
            if (receivedAt <= oldest) continue;
            products.Add(key.Product);
            _productsUntil = Math.Min(_productsUntil, receivedAt);
        }

        return _products = [.. products];
    }

    /// <summary>Forgets the keys without a value since <paramref name="oldest"/>.</summary>
    public void Sweep(long oldest)
    {
        foreach (var (key, receivedAt) in _received)
        {
            if (receivedAt > oldest) continue;
            _received.Remove(key);
            if (key.Expiry is null || !_expiries.TryGetValue(key.Product, out var expiries)) continue;
            expiries.Remove(key.Expiry);
            if (expiries.Count == 0) _expiries.Remove(key.Product);
        }
    }

    private void Add(ConflationKey key)
    {
        _received.Add(key, 0);
        _products = null;
        if (key.Expiry is null) return;
        if (!_expiries.TryGetValue(key.Product, out var expiries))
            _expiries.Add(key.Product, expiries = new(StringComparer.Ordinal));
        expiries.Add(key.Expiry);
    }
}

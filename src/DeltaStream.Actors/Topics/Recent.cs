namespace DeltaStream.Actors.Topics;

/// <summary>
/// A table that forgets what was not used lately, at no cost for each use: two generations, of which the older one is dropped
/// when the younger one is full. Holds between one and two times its capacity. Not safe for concurrent use.
/// </summary>
/// <param name="capacity">How many of the entries used last are there for certain.</param>
internal sealed class Recent<TKey, TValue>(int capacity) where TKey : notnull
{
    private Dictionary<TKey, TValue> _young = [];
    private Dictionary<TKey, TValue> _old = [];

    public int Count => _young.Count + _old.Count;

    public bool TryGet(TKey key, out TValue value)
    {
        if (_young.TryGetValue(key, out value!)) return true;
        if (!_old.Remove(key, out value!)) return false;
        Set(key, value);
        return true;
    }

    public void Set(TKey key, TValue value)
    {
        if (_young.Count >= capacity && !_young.ContainsKey(key))
        {
            _old = _young;
            _young = [];
        }

        _old.Remove(key);
        _young[key] = value;
    }
}

using System.Diagnostics.CodeAnalysis;

namespace DeltaStream.Actors.Clients;

/// <summary>Which items are due when, one time each. What is set is ordered, so that the next one is at hand.</summary>
internal sealed class DueTimes<T>
    where T : class
{
    private readonly Dictionary<T, Entry> _entries = [];
    private readonly SortedSet<Entry> _order = [];
    private long _count;

    /// <summary>How many items there are.</summary>
    public int Count => _entries.Count;

    /// <summary>When the next item is due.</summary>
    public DateTimeOffset? Next => _order.Count == 0 ? null : _order.Min.Due;

    /// <summary>Sets the item's time, in place of the one it had.</summary>
    /// <param name="item">The item.</param>
    /// <param name="due">When it is due.</param>
    /// <param name="mark">Given back with the item.</param>
    public void Set(T item, DateTimeOffset due, DateTimeOffset mark)
    {
        Remove(item);
        var entry = new Entry(due, ++_count, mark, item);
        _entries.Add(item, entry);
        _order.Add(entry);
    }

    /// <summary>Forgets the item.</summary>
    public void Remove(T item)
    {
        if (_entries.Remove(item, out var entry)) _order.Remove(entry);
    }

    /// <summary>Takes the next item out, if it is due.</summary>
    public bool TryTake(DateTimeOffset now, [NotNullWhen(true)] out T? item, out DateTimeOffset mark)
    {
        (item, mark) = (null, default);
        if (_order.Count == 0 || _order.Min.Due > now) return false;
        var entry = _order.Min;
        (item, mark) = (entry.Item, entry.Mark);
        Remove(entry.Item);
        return true;
    }

    private readonly record struct Entry(DateTimeOffset Due, long Number, DateTimeOffset Mark, T Item) : IComparable<Entry>
    {
        public int CompareTo(Entry other) => (Due, Number).CompareTo((other.Due, other.Number));
    }
}

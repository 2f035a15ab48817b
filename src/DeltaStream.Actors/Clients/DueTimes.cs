using System.Diagnostics.CodeAnalysis;

namespace DeltaStream.Actors.Clients;

/// <summary>A set of items with one due time each. The times are ordered, so the next one is found at once.</summary>
internal sealed class DueTimes<T>
    where T : class
{
    private readonly Dictionary<T, Entry> _entries = [];
    private readonly SortedSet<Entry> _order = [];
    private long _count;

    public int Count => _entries.Count;

    /// <summary>The time of the next due item; null if the set is empty.</summary>
    public DateTimeOffset? Next => _order.Count == 0 ? null : _order.Min.Due;

    /// <summary>Sets an item's time and replaces its earlier one.</summary>
    /// <param name="item">The item.</param>
    /// <param name="due">The due time.</param>
    /// <param name="mark">Returned with the item.</param>
    public void Set(T item, DateTimeOffset due, DateTimeOffset mark)
    {
        Remove(item);
        var entry = new Entry(due, ++_count, mark, item);
        _entries.Add(item, entry);
        _order.Add(entry);
    }

    public void Remove(T item)
    {
        if (_entries.Remove(item, out var entry)) _order.Remove(entry);
    }

    /// <summary>Removes and returns the next item if it is due.</summary>
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

using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>
/// What this node has last received or published of each key. When a publisher is killed its connections to different nodes
/// may break at different points; its successor sends the last values again, and here they are recognised where they had
/// arrived. Safe for concurrent use.
/// </summary>
/// <param name="capacity">How many keys are remembered at least.</param>
public sealed class RepeatTable(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Recent<(MarketEvent, ConflationKey), Entry> _entries = new(capacity);

    /// <summary>
    /// Notes an update. Where it is a new publisher's copy of the key's last one, the answer is where that one stood first.
    /// Both copies of one update (wide and single topic) get the same answer.
    /// </summary>
    public Position? Note(MarketEvent @event, ConflationKey key, Position position, ulong hash)
    {
        lock (_lock)
        {
            if (!_entries.TryGet((@event, key), out var last))
            {
                _entries.Set((@event, key), new Entry(position, hash, null));
                return null;
            }

            if (position == last.Position) return last.RepeatOf;
            if (position < last.Position) return null;
            var isRepeat = position.Epoch != last.Position.Epoch && hash == last.Hash;
            Position? repeatOf = isRepeat ? last.RepeatOf ?? last.Position : null;
            _entries.Set((@event, key), new Entry(position, hash, repeatOf));
            return repeatOf;
        }
    }

    private readonly record struct Entry(Position Position, ulong Hash, Position? RepeatOf);
}

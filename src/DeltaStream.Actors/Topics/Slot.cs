using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>How an update was handed to the clients of a wide room: by its topic at this position, or by the cache with this number.</summary>
internal readonly record struct HandOver(bool IsDone, Position Position, long Number);

/// <summary>What the node knows of one event of one key. Only <see cref="NodeOrder"/> changes it, under its lock.</summary>
internal sealed class Slot(MarketEvent @event, ConflationKey key) : IComparable<Slot>
{
    // A successor that lags may repeat this many values before the last one.
    private const int FormerKept = 4;

    private readonly ulong[] _former = new ulong[FormerKept];
    private int _replaced;
    private long _path = -1;

    public MarketEvent Event { get; } = @event;

    public ConflationKey Key { get; } = key;

    /// <summary>The newest update; null before the first one, and once it is too old to be sent.</summary>
    public MarketUpdate? Update { get; private set; }

    /// <summary>The newest update's serial, which outlives its bytes.</summary>
    public long Serial { get; private set; }

    /// <summary>The highest position that is known of the key; a repeat by another publisher moves it.</summary>
    public Position Position { get; private set; }

    /// <summary>The position of a successor's copy that was older than the newest update.</summary>
    public Position Late { get; set; }

    /// <summary>When a bridge received the newest copy: microseconds since the Unix epoch.</summary>
    public long ReceivedAt { get; private set; }

    /// <summary>Whether and how the newest update was handed to the clients of the wide room.</summary>
    public HandOver Wide { get; private set; }

    /// <summary>Whether the newest update was handed to the clients of the narrow room.</summary>
    public bool IsNarrowHanded { get; private set; }

    private KeyBarrier Barrier { get; } = new();

    private ulong Hash { get; set; }

    public bool IsRepeat(MarketUpdate copy) => Serial > 0 && copy.Position.Epoch != Position.Epoch && copy.Hash == Hash;

    public bool WasFormer(ulong hash) => Array.IndexOf(_former, hash, 0, Math.Min(_replaced, FormerKept)) >= 0;

    /// <summary>A new update takes the place of the last one: nobody was handed it yet.</summary>
    public void Replace(MarketUpdate update, long serial)
    {
        if (Serial > 0) _former[_replaced++ % FormerKept] = Hash;
        (Serial, Hash, Late, Wide, IsNarrowHanded) = (serial, update.Hash, default, default, false);
        Update = update.Stamp(serial, Barrier);
        MoveTo(update);
    }

    /// <summary>Another publisher repeats the newest update: it keeps its serial, and whoever was handed it is not handed it again.</summary>
    public void Repeat(MarketUpdate copy)
    {
        Update ??= copy.Stamp(Serial, Barrier);
        MoveTo(copy);
    }

    /// <summary>Whether it has a value that may still be sent.</summary>
    public bool LivesAt(long unixNow) => Key.Kind.LivesAt(ReceivedAt, unixNow);

    public bool IsHanded(bool toWide) => toWide ? Wide.IsDone : IsNarrowHanded;

    /// <summary>Notes that the newest update goes to the clients of one of the key's rooms.</summary>
    /// <param name="toWide">Which one.</param>
    /// <param name="path">The publisher whose event carries it, or 0 for the cache.</param>
    /// <param name="handOver">How.</param>
    public void Hand(bool toWide, long path, HandOver handOver)
    {
        if (!toWide)
        {
            IsNarrowHanded = true;
            return;
        }

        if (_path != path) (_path, Barrier.Serial) = (path, Serial);
        Wide = handOver;
    }

    /// <summary>The bytes are too old to be sent. Everything else stays, so that a copy that comes late is still recognised.</summary>
    public void DropBytes() => Update = null;

    public int CompareTo(Slot? other)
    {
        if (Event != other!.Event) return Event.CompareTo(other.Event);
        var bySymbol = string.CompareOrdinal(Key.Symbol, other.Key.Symbol);
        return bySymbol != 0 ? bySymbol : string.CompareOrdinal(Key.Expiry, other.Key.Expiry);
    }

    private void MoveTo(MarketUpdate copy) => (Position, ReceivedAt) = (copy.Position, copy.ReceivedAt);
}

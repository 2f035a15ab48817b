using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>How the clients of a wide room received an update: from its topic at this position, or from the cache with this number.</summary>
internal readonly record struct Delivery(bool IsDone, Position Position, long Number);

/// <summary>The node's state of one event of one key. Only <see cref="NodeOrder"/> changes it, under its lock.</summary>
internal sealed class Slot(MarketEvent @event, ConflationKey key) : IComparable<Slot>
{
    // A successor that lags may repeat this many values from before the last one.
    private const int FormerKept = 4;

    // A subscription that lags for longer counts as deaf and is made again. In microseconds.
    private const long LongestLag = 5_000_000;

    // What a successor received later than this after a value is newer than that value, whatever its timestamp says: the producer's
    // clock may have gone back. Only bytes that the node had before that value are older. In microseconds.
    private const long LongestDoubt = 500_000;

    private readonly ulong[] _former = new ulong[FormerKept];
    private int _replaced;
    private long _path = -1;

    public MarketEvent Event { get; } = @event;

    public ConflationKey Key { get; } = key;

    /// <summary>The newest update; null before the first one, and once it is too old to be sent.</summary>
    public MarketUpdate? Update { get; private set; }

    /// <summary>True while no room of the key is in use. The topics then deliver nothing, and the store may have a newer update.</summary>
    public bool IsForgotten { get; private set; }

    /// <summary>The newest update's serial. It stays when the update's bytes are dropped.</summary>
    public long Serial { get; private set; }

    /// <summary>The highest known position of the key. A repeat by another publisher raises it.</summary>
    public Position Position { get; private set; }

    /// <summary>The position of a successor's copy that was older than the newest update.</summary>
    public Position Late { get; set; }

    /// <summary>Time of receipt of the newest copy at its bridge, in microseconds since the Unix epoch.</summary>
    public long ReceivedAt { get; private set; }

    /// <summary>The way in which the clients of the wide room received the newest update, if they did.</summary>
    public Delivery Wide { get; private set; }

    /// <summary>True if the newest update was delivered to the clients of the narrow room.</summary>
    public bool IsNarrowDelivered { get; private set; }

    private KeyBarrier Barrier { get; } = new();

    private ulong Hash { get; set; }

    public bool IsRepeat(MarketUpdate copy) => Serial > 0 && copy.Position.Epoch != Position.Epoch && copy.Hash == Hash;

    /// <summary>
    /// True if the newest update is newer than the copy of a successor that never received that update. Positions can't tell that.
    /// So hashes and the producer's timestamps decide about what the successor received in the half second after its predecessor's
    /// last update, and hashes alone about what a paused successor received in the seconds after that. Anything else is newer.
    /// </summary>
    public bool IsNewerThan(MarketUpdate copy)
    {
        var later = copy.ReceivedAt - ReceivedAt;
        if (Update is not { } held || later >= LongestLag) return false;
        return WasFormer(copy.Hash) || (later < LongestDoubt && TimestampOf(copy) < TimestampOf(held));

        static long TimestampOf(MarketUpdate update) => EnrichedMessage.TimestampOf(update.Key.Kind, update.Payload.Span, update.ReceivedAt);
    }

    /// <summary>Replaces the newest update. The new one is not delivered to any client yet. Returns it.</summary>
    public MarketUpdate Replace(MarketUpdate update, long serial)
    {
        if (Serial > 0) _former[_replaced++ % FormerKept] = Hash;
        (Serial, Hash, Late, Wide, IsNarrowDelivered) = (serial, update.Hash, default, default, false);
        Update = update.Stamp(serial, Barrier);
        MoveTo(update);
        return update;
    }

    /// <summary>
    /// Another publisher repeats the newest update. The update keeps its serial, and clients that have received it do not
    /// receive it again.
    /// </summary>
    public void Repeat(MarketUpdate copy)
    {
        Update ??= copy.Stamp(Serial, Barrier);
        MoveTo(copy);
    }

    /// <summary>
    /// No room of the key is in use any more. The update stays while it is live: the store may be behind, and a client that comes
    /// back must not get anything older. No client of the next use has received it yet.
    /// </summary>
    public void Forget() => (IsForgotten, Wide, IsNarrowDelivered, _path) = (true, default, false, -1);

    /// <summary>The store has been asked: it has nothing newer.</summary>
    public void Recall() => IsForgotten = false;

    /// <summary>True while the value is young enough to send.</summary>
    public bool IsLiveAt(long unixNow) => Key.Kind.IsLiveAt(ReceivedAt, unixNow);

    public bool IsDelivered(bool toWide) => toWide ? Wide.IsDone : IsNarrowDelivered;

    /// <summary>Records that clients of one of the key's rooms receive the newest update.</summary>
    /// <param name="toWide">True for the wide room, false for the narrow one.</param>
    /// <param name="path">The epoch of the publisher whose event carries it, or 0 for the cache.</param>
    /// <param name="delivery">How they receive it.</param>
    public void Deliver(bool toWide, long path, Delivery delivery)
    {
        if (!toWide)
        {
            IsNarrowDelivered = true;
            return;
        }

        if (_path != path) (_path, Barrier.Serial) = (path, Serial);
        Wide = delivery;
    }

    /// <summary>Drops the bytes, which are too old to be sent. All other state stays, so that a late copy is still recognised.</summary>
    public void DropBytes() => Update = null;

    public int CompareTo(Slot? other)
    {
        if (Event != other!.Event) return Event.CompareTo(other.Event);
        var bySymbol = string.CompareOrdinal(Key.Symbol, other.Key.Symbol);
        return bySymbol != 0 ? bySymbol : string.CompareOrdinal(Key.Expiry, other.Key.Expiry);
    }

    private bool WasFormer(ulong hash) => Array.IndexOf(_former, hash, 0, Math.Min(_replaced, FormerKept)) >= 0;

    private void MoveTo(MarketUpdate copy) => (Position, ReceivedAt, IsForgotten) = (copy.Position, copy.ReceivedAt, false);
}

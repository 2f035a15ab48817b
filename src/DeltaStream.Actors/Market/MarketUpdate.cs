using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Market;

/// <summary>
/// One value on its way to clients or kept for later ones: immutable once the node has numbered it, shared by every client of
/// the node, and with it the frames made from it.
/// </summary>
public sealed class MarketUpdate
{
    private KeyBarrier? _barrier;

    public MarketUpdate(MarketEvent @event, ConflationKey key, Position position, ReadOnlyMemory<byte> payload, ulong hash, long receivedAt)
    {
        Event = @event;
        Key = key;
        Position = position;
        Payload = payload;
        Hash = hash;
        ReceivedAt = receivedAt;
    }

    /// <summary>Which event clients see.</summary>
    public MarketEvent Event { get; }

    public ConflationKey Key { get; }

    /// <summary>Where it stands; <see cref="Market.Position.None"/> when a stored value's place is unknown.</summary>
    public Position Position { get; }

    /// <summary>The event's data as UTF-8 JSON. For updates the published bytes, untouched.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>XxHash3 of the message as published (for a summary: of the chain it was taken from).</summary>
    public ulong Hash { get; }

    /// <summary>When the bridge received the message from Redis: microseconds since the Unix epoch.</summary>
    public long ReceivedAt { get; }

    /// <summary>Its number in the node's own order; 0 while the node has not taken it in.</summary>
    internal long Serial { get; private set; }

    /// <summary>The serial below which updates of its key are superseded for a client that keeps none for that key.</summary>
    internal long Barrier => _barrier?.Serial ?? 0;

    /// <summary>Whether the value still counts: it was received no longer ago than its kind lives.</summary>
    /// <param name="unixNow">Microseconds since the Unix epoch.</param>
    public bool LivesAt(long unixNow) => Key.Kind.LivesAt(ReceivedAt, unixNow);

    /// <summary>The frames made from this update, one for each wire protocol in use on the node.</summary>
    public SharedFrames Frames { get; init; } = new();

    /// <summary>Gives the update its place in the node's order, before anybody else sees it.</summary>
    internal MarketUpdate Stamp(long serial, KeyBarrier barrier)
    {
        (Serial, _barrier) = (serial, barrier);
        return this;
    }
}

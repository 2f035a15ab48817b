using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Market;

/// <summary>
/// One published value. It does not change after the node has given it a serial, so all clients of the node share it and its
/// frames.
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

    public MarketEvent Event { get; }

    public ConflationKey Key { get; }

    /// <summary>The update's position; <see cref="Market.Position.None"/> if the position of a stored value is unknown.</summary>
    public Position Position { get; }

    /// <summary>The event's data as UTF-8 JSON. An update carries the published bytes unchanged.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>XxHash3 of the message as published. A summary has the hash of its chain.</summary>
    public ulong Hash { get; }

    /// <summary>The time when the bridge received the message from Redis, in microseconds since the Unix epoch.</summary>
    public long ReceivedAt { get; }

    /// <summary>The update's number in the node's order; 0 until the node has received the update.</summary>
    internal long Serial { get; private set; }

    /// <summary>The key's barrier. A client that keeps no serial of its own for the key drops updates with a lower serial.</summary>
    internal long Barrier => _barrier?.Serial ?? 0;

    /// <summary>True while the value is younger than the lifetime of its kind.</summary>
    /// <param name="unixNow">Microseconds since the Unix epoch.</param>
    public bool IsLiveAt(long unixNow) => Key.Kind.IsLiveAt(ReceivedAt, unixNow);

    /// <summary>The frames made from this update, one per wire protocol in use on the node.</summary>
    public SharedFrames Frames { get; init; } = new();

    /// <summary>The frames made from this update with version and time of receipt, for clients that asked for them.</summary>
    internal SharedFrames MetaFrames => field ?? Interlocked.CompareExchange(ref field, new(), null) ?? field!;

    /// <summary>Sets the serial. The caller holds NodeOrder's lock, and does this before any client can get the update.</summary>
    internal MarketUpdate Stamp(long serial, KeyBarrier barrier)
    {
        (Serial, _barrier) = (serial, barrier);
        return this;
    }
}

using System.Runtime.Serialization;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Binary;

/// <summary>Reads and writes market data as fields. The read methods validate, so their results are valid keys and updates.</summary>
internal static class MarketFields
{
    /// <summary>The size in bytes of what <see cref="Head(FieldWriter, MarketUpdate)"/> writes.</summary>
    public static int SizeOfHead(MarketUpdate update) =>
        1 + 4 * sizeof(long) + FieldWriter.SizeOf(update.Key.Symbol) + FieldWriter.SizeOf(update.Key.Expiry ?? "");

    public static FieldWriter Position(this FieldWriter to, Position position) => to.Int64(position.Epoch).Int64(position.Sequence);

    public static Position Position(this FieldReader from) => new(from.Int64(), from.Int64());

    public static FieldWriter Room(this FieldWriter to, Room room) => to.Text(room.Name);

    public static Room Room(this FieldReader from) =>
        Market.Room.TryParse(from.Text(), out var room) ? room! : throw new SerializationException("no room");

    /// <summary>Reads an event by its number.</summary>
    /// <exception cref="SerializationException">No event has this number.</exception>
    public static MarketEvent Event(this FieldReader from)
    {
        var number = from.Byte();
        return MarketEvent.All.FirstOrDefault(@event => @event.Number == number) ?? throw new SerializationException($"no event has the number {number}");
    }

    /// <summary>Writes all of an update except its payload.</summary>
    public static FieldWriter Head(this FieldWriter to, MarketUpdate update) =>
        to.Byte(update.Event.Number).Position(update.Position).UInt64(update.Hash).Int64(update.ReceivedAt).Names(update.Key);

    public static UpdateHead Head(this FieldReader from)
    {
        var @event = from.Event();
        var (position, hash, receivedAt) = (from.Position(), from.UInt64(), from.Int64());
        return new(@event, Names(from, @event.Kind), position, hash, receivedAt);
    }

    public static FieldWriter Names(this FieldWriter to, ConflationKey key) => to.Text(key.Symbol).Text(key.Expiry ?? "");

    /// <summary>Reads the texts of a key.</summary>
    /// <exception cref="SerializationException">The texts are not valid for this kind.</exception>
    public static ConflationKey Names(this FieldReader from, MessageKind kind)
    {
        var (symbol, expiry) = (from.Text(), from.Text());
        if (!Symbol.IsValid(symbol)) throw new SerializationException("not a symbol");
        if (kind.HasExpiry ? !Expiry.IsValid(expiry) : expiry.Length > 0) throw new SerializationException($"not an expiry of the kind {kind}");
        return new(kind, symbol, kind.HasExpiry ? expiry : null);
    }
}

/// <summary>All of an update except its payload.</summary>
internal readonly record struct UpdateHead(MarketEvent Event, ConflationKey Key, Position Position, ulong Hash, long ReceivedAt);

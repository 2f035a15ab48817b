using System.Runtime.Serialization;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Binary;

/// <summary>Market data as fields. What is read is as valid as what this node makes itself.</summary>
internal static class MarketFields
{
    /// <summary>The bytes of an update's head that do not depend on its key's texts.</summary>
    public const int FixedHead = 1 + 4 * 8 + 2;

    public static FieldWriter Position(this FieldWriter to, Position position) => to.Int64(position.Epoch).Int64(position.Sequence);

    public static Position Position(this FieldReader from) => new(from.Int64(), from.Int64());

    public static FieldWriter Room(this FieldWriter to, Room room) => to.Text(room.Name);

    public static Room Room(this FieldReader from) =>
        Market.Room.TryParse(from.Text(), out var room) ? room! : throw new SerializationException("no room");

    public static FieldWriter Key(this FieldWriter to, ConflationKey key) => to.Byte((byte)key.Kind).Names(key);

    public static ConflationKey Key(this FieldReader from) => Names(from, from.Enum<MarketKind>());

    /// <summary>All of an update but its payload.</summary>
    public static FieldWriter Head(this FieldWriter to, MarketUpdate update) =>
        to.Byte((byte)update.Event).Position(update.Position).UInt64(update.Hash).Int64(update.ReceivedAt).Names(update.Key);

    public static UpdateHead Head(this FieldReader from)
    {
        var @event = from.Enum<MarketEvent>();
        var (position, hash, receivedAt) = (from.Position(), from.UInt64(), from.Int64());
        var key = Names(from, @event == MarketEvent.UnderlyingUpdate ? MarketKind.Underlying : MarketKind.Chain);
        return new(@event, key, position, hash, receivedAt);
    }

    public static FieldWriter Names(this FieldWriter to, ConflationKey key) => to.Text(key.Product).Text(key.Expiry ?? "");

    /// <summary>The texts of a key.</summary>
    /// <exception cref="SerializationException">No key of this kind has these.</exception>
    public static ConflationKey Names(this FieldReader from, MarketKind kind)
    {
        var (product, expiry) = (from.Text(), from.Text());
        if (!Symbol.IsValid(product)) throw new SerializationException("no symbol");
        return kind == MarketKind.Underlying && expiry.Length == 0 ? ConflationKey.Underlying(product)
            : kind == MarketKind.Chain && Expiry.IsValid(expiry) ? ConflationKey.Chain(product, expiry)
            : throw new SerializationException($"no expiry of {kind}");
    }
}

/// <summary>All of an update but its payload.</summary>
internal readonly record struct UpdateHead(MarketEvent Event, ConflationKey Key, Position Position, ulong Hash, long ReceivedAt);

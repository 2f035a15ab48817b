using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>
/// A <see cref="RoomEvent"/> as bytes: a length-prefixed head, then the payload as it is. A newer version adds fields at the
/// head's end; an older one skips them.
/// </summary>
internal static class RoomEventCodec
{
    private const int HeadPrefix = 2;
    private const int FixedHead = 1 + 1 + 4 * 8;

    public static byte[] Write(RoomEvent roomEvent)
    {
        var update = roomEvent.Update;
        var head = FixedHead + FieldWriter.SizeOf(update.Key.Product) + FieldWriter.SizeOf(update.Key.Expiry);
        var bytes = GC.AllocateUninitializedArray<byte>(HeadPrefix + head + update.Payload.Length);
        var writer = new FieldWriter(bytes);
        writer.UInt16(head);
        writer.Byte((byte)roomEvent.Room.Kind);
        writer.Byte((byte)update.Event);
        writer.Int64(update.Position.Epoch);
        writer.Int64(update.Position.Sequence);
        writer.UInt64(update.Hash);
        writer.Int64(update.ReceivedAt);
        writer.Text(update.Key.Product);
        writer.Text(update.Key.Expiry);
        update.Payload.CopyTo(bytes.AsMemory(writer.Position));
        return bytes;
    }

    /// <summary>The payload stays where it is: the bytes are the reader's own.</summary>
    public static RoomEvent Read(byte[] bytes, NodeUpdates updates)
    {
        var all = new FieldReader(bytes);
        var headLength = all.UInt16();
        var head = all.Nested(headLength);
        var room = (RoomKind)head.Byte();
        var @event = (MarketEvent)head.Byte();
        var position = new Position(head.Int64(), head.Int64());
        var hash = head.UInt64();
        var receivedAt = head.Int64();
        var (product, expiry) = (head.Text(), head.Text());
        var key = @event switch
        {
            MarketEvent.UnderlyingUpdate => ConflationKey.Underlying(product),
            MarketEvent.ChainUpdate or MarketEvent.ChainSummary => ConflationKey.Chain(product, expiry),
            _ => throw new ArgumentException($"no event {@event}"),
        };
        var payload = bytes.AsMemory(HeadPrefix + headLength);
        return new RoomEvent(RoomOf(room, key), updates.Share(@event, key, position, hash, receivedAt, payload));
    }

    private static Room RoomOf(RoomKind kind, ConflationKey key) => kind switch
    {
        RoomKind.General => Room.General,
        RoomKind.Product => Room.Product(key.Product),
        RoomKind.Chain => Room.Chain(key.Product),
        RoomKind.ChainExpiry => Room.Chain(key.Product, key.Expiry!),
        _ => throw new ArgumentException($"no room kind {kind}"),
    };
}

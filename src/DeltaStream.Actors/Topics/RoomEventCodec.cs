using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>
/// Encodes a <see cref="RoomEvent"/>: a length-prefixed head, then the payload unchanged. A newer version adds fields at the
/// end of the head, and an older version skips them.
/// </summary>
internal static class RoomEventCodec
{
    public static byte[] Write(RoomEvent roomEvent)
    {
        var update = roomEvent.Update;
        var head = 1 + MarketFields.SizeOfHead(update);
        return new FieldWriter(sizeof(ushort) + head + update.Payload.Length)
            .UInt16(head).Byte((byte)roomEvent.Room.Kind).Head(update).Rest(update.Payload.Span).ToBytes();
    }

    /// <summary>Decodes without copying the payload: the event keeps a slice of the reader's bytes.</summary>
    public static RoomEvent Read(FieldReader from, NodeOrder order)
    {
        var head = from.Nested(from.UInt16());
        var (room, update) = (head.Enum<RoomKind>(), head.Head());
        return order.Take(Room.Of(room, update.Key), new(update.Event, update.Key, update.Position, from.Rest(), update.Hash, update.ReceivedAt));
    }
}

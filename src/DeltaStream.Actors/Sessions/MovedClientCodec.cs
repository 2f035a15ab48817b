using System.Runtime.Serialization;
using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Sessions;

/// <summary>A moving client as fields. A newer version adds fields at the end; an older one leaves them unread.</summary>
public static class MovedClientCodec
{
    public static void Write(FieldWriter to, MovedClient client) => to
        .Text(client.SessionId)
        .OptionalText(client.Identity.Subject)
        .OptionalText(client.Identity.Role)
        .Int64(client.Identity.ExpiresAt?.UtcTicks ?? 0)
        .List(client.Identity.Rooms.Patterns, static (it, pattern) => it.Text(pattern))
        .OptionalText(client.Pid)
        .Bool(client.IsRecovered)
        .OptionalText(client.Holder)
        .Byte((byte)client.Feed)
        .List(client.NarrowLeft, static (it, left) => it.Key(left.Item1).Position(left.Item2))
        .List(client.WideLeft, static (it, left) => it.Room(left.Item1).Position(left.Item2))
        .List(client.Rooms, static (it, room) => it.Room(room.Room).Position(room.Position).Position(room.Delivered)
            .List(room.Marks, static (inner, mark) => inner.Key(mark.Key).Position(mark.Value)))
        .List(client.Answers, Write)
        .List(client.Updates, static (it, update) => it.Head(update).Bytes(update.Payload.Span))
        .List(client.Owed, static (it, owed) => it.Key(owed.Key).Position(owed.Position));

    /// <exception cref="SerializationException">The bytes are no moving client.</exception>
    public static MovedClient Read(FieldReader from) => new(
        from.Text(),
        ReadIdentity(from),
        from.OptionalText(),
        from.Bool(),
        from.OptionalText(),
        from.Enum<FeedState>(),
        from.List(static it => (it.Key(), it.Position())) ?? [],
        from.List(static it => (it.Room(), it.Position())) ?? [],
        from.List(static it => new MovedRoom(
            it.Room(), it.Position(), it.Position(), it.List(static inner => KeyValuePair.Create(inner.Key(), inner.Position())) ?? [])) ?? [],
        from.List(ReadFrame) ?? [],
        from.List(ReadUpdate) ?? [])
    {
        Owed = from.List(static it => (it.Key(), it.Position())) ?? [],
    };

    public static void Write(FieldWriter to, Frame frame) => to.Bytes(frame.Bytes.Span);

    public static Frame ReadFrame(FieldReader from) => new(from.Bytes());

    private static ClientIdentity ReadIdentity(FieldReader from)
    {
        var (subject, role, expires) = (from.OptionalText(), from.OptionalText(), from.Int64());
        if (expires < 0 || expires > DateTime.MaxValue.Ticks) throw new SerializationException("no time");
        return new(subject, RoomGrant.Of(from.List(static it => it.Text())), role, expires == 0 ? null : new DateTimeOffset(expires, TimeSpan.Zero));
    }

    private static MarketUpdate ReadUpdate(FieldReader from)
    {
        var head = from.Head();
        return new(head.Event, head.Key, head.Position, from.Bytes(), head.Hash, head.ReceivedAt);
    }
}

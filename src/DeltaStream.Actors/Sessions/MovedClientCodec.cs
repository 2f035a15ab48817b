using System.Runtime.Serialization;
using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Sessions;

/// <summary>Encodes a moved client as fields. A newer version adds fields at the end, and an older version ignores them.</summary>
public static class MovedClientCodec
{
    // Announces the views, which an older version does not know, and which few clients have.
    private const byte HasViews = 1;

    public static void Write(FieldWriter to, MovedClient client)
    {
        WriteFirst(to, client);
        if (client.Views is not { } views) return;
        var fields = new FieldWriter();
        MovedViewsCodec.Write(fields, views);
        to.Byte(HasViews).Bytes(fields.ToBytes());
    }

    /// <summary>The fields that every version writes.</summary>
    private static void WriteFirst(FieldWriter to, MovedClient client) => to
        .Text(client.SessionId)
        .OptionalText(client.Identity.Subject)
        .OptionalText(client.Identity.Role)
        .Int64(client.Identity.ExpiresAt?.UtcTicks ?? 0)
        .List(client.Identity.Rooms.Patterns, static (it, pattern) => it.Text(pattern))
        .OptionalText(client.Pid)
        .Bool(client.IsRecovered)
        .OptionalText(client.Holder)
        .Byte((byte)client.Feed)
        .List(client.Rooms.Rooms, static (it, room) => it.Room(room))
        .List(client.Rooms.Until, static (it, until) => it.Room(until.Room).Position(until.Position))
        .List(client.Rooms.Ahead, Write)
        .List(client.Rooms.NotReceived, Write)
        .List(client.Answers, Write)
        .List(client.Updates, Write);

    /// <exception cref="SerializationException">The bytes are not a moved client.</exception>
    public static MovedClient Read(FieldReader from)
    {
        var client = ReadFirst(from);
        return from.HasMore && from.Byte() == HasViews ? client with { Views = MovedViewsCodec.Read(from.Nested(from.Int32())) } : client;
    }

    public static void Write(FieldWriter to, Frame frame) => to.Bytes(frame.Bytes.Span);

    public static Frame ReadFrame(FieldReader from) => new(from.Bytes());

    private static MovedClient ReadFirst(FieldReader from) => new(
        from.Text(),
        ReadIdentity(from),
        from.OptionalText(),
        from.Bool(),
        from.OptionalText(),
        from.Enum<FeedState>(),
        new(
            from.List(static it => it.Room()) ?? [],
            from.List(static it => (it.Room(), it.Position())) ?? [],
            from.List(ReadPosition) ?? [],
            from.List(ReadPosition) ?? []),
        from.List(ReadFrame) ?? [],
        from.List(ReadUpdate) ?? []);

    private static ClientIdentity ReadIdentity(FieldReader from)
    {
        var (subject, role, expires) = (from.OptionalText(), from.OptionalText(), from.Int64());
        if (expires < 0 || expires > DateTime.MaxValue.Ticks) throw new SerializationException("no time");
        return new(subject, RoomGrant.Of(from.List(static it => it.Text())), role, expires == 0 ? null : new DateTimeOffset(expires, TimeSpan.Zero));
    }

    private static void Write(FieldWriter to, (MarketEvent Event, ConflationKey Key, Position Position) known) =>
        to.Byte(known.Event.Number).Names(known.Key).Position(known.Position);

    private static (MarketEvent, ConflationKey, Position) ReadPosition(FieldReader from)
    {
        var @event = from.Event();
        return (@event, from.Names(@event.Kind), from.Position());
    }

    internal static void Write(FieldWriter to, MarketUpdate update) => to.Head(update).Bytes(update.Payload.Span);

    internal static MarketUpdate ReadUpdate(FieldReader from)
    {
        var head = from.Head();
        return new(head.Event, head.Key, head.Position, from.Bytes(), head.Hash, head.ReceivedAt);
    }
}

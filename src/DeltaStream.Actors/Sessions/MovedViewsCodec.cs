using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Sessions;

/// <summary>Encodes <see cref="MovedViews"/> as fields. A newer version adds fields at the end, and an older version ignores them.</summary>
internal static class MovedViewsCodec
{
    public static void Write(FieldWriter to, MovedViews views) => to
        .Bool(views.IsPaused)
        .List(views.Held, MovedClientCodec.Write)
        .List(views.AnswersAfterUpdates, MovedClientCodec.Write)
        .List(views.Rooms, static (it, moved) => it
            .Room(moved.Room)
            .Text(moved.View)
            .Byte(moved.Told)
            .List(moved.Versions, static (it, held) => it.Names(held.Key).Text(held.Version)));

    public static MovedViews Read(FieldReader from) => new()
    {
        IsPaused = from.Bool(),
        Held = from.List(MovedClientCodec.ReadUpdate) ?? [],
        AnswersAfterUpdates = from.List(MovedClientCodec.ReadFrame) ?? [],
        Rooms = from.List(static it => new MovedView(
            it.Room(), it.Text(), it.Byte(), it.List(static it => (it.Names(MessageKind.Chain), it.Text())) ?? [])) ?? [],
    };
}

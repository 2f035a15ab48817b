using DeltaStream.Actors.Binary;

namespace DeltaStream.Actors.Sessions;

/// <summary>Encodes <see cref="MovedViews"/> as fields. A newer version adds fields at the end, and an older version ignores them.</summary>
internal static class MovedViewsCodec
{
    public static void Write(FieldWriter to, MovedViews views) => to
        .Bool(views.IsPaused)
        .List(views.Held, MovedClientCodec.Write)
        .List(views.AnswersAfterUpdates, MovedClientCodec.Write);

    public static MovedViews Read(FieldReader from) => new()
    {
        IsPaused = from.Bool(),
        Held = from.List(MovedClientCodec.ReadUpdate) ?? [],
        AnswersAfterUpdates = from.List(MovedClientCodec.ReadFrame) ?? [],
    };
}

using DeltaStream.Actors.Market;
using DeltaStream.Actors.Views;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>The frames of whole messages. They are made once for all clients of the node.</summary>
internal static class PlainFrames
{
    private static readonly Func<IWireProtocol, (MarketUpdate Update, ClientContext Context), Frame> Encode = static (protocol, it) =>
    {
        it.Context.Metrics.Encoded(protocol.ProtocolIndex);
        return protocol.EncodeEvent(it.Update.Event.Name, it.Update.Payload.Span);
    };

    private static readonly Func<IWireProtocol, (MarketUpdate Update, ClientContext Context), Frame> EncodeMeta = static (protocol, it) =>
    {
        it.Context.Metrics.Encoded(protocol.ProtocolIndex);
        return protocol.EncodeEvent(it.Update.Event.Name, it.Update.Payload.Span, ViewMeta.Of(it.Update));
    };

    /// <summary>The frame of an update, byte for byte as it was published.</summary>
    public static Frame Of(MarketUpdate update, IWireProtocol protocol, ClientContext context) => update.Frames.Get(protocol, (update, context), Encode);

    /// <summary>The same with the update's place in the feed and its time of receipt.</summary>
    public static Frame WithMeta(MarketUpdate update, IWireProtocol protocol, ClientContext context) => update.MetaFrames.Get(protocol, (update, context), EncodeMeta);
}

using DeltaStream.Actors.Binary;

namespace DeltaStream.Actors.Topics;

/// <summary>Encodes the bridge's messages to the cluster. New fields are only ever added at the end.</summary>
internal static class BridgeCodec
{
    public static byte[] Write(BridgeHeartbeat heartbeat) => new FieldWriter()
        .Int64(heartbeat.Epoch).Int64(heartbeat.Sequence).Byte((byte)heartbeat.Link).Text(heartbeat.Node).Bool(heartbeat.IsLast)
        .Bool(heartbeat.IsUnrenewed).ToBytes();

    public static BridgeHeartbeat ReadHeartbeat(FieldReader from)
    {
        var (epoch, sequence) = (from.Int64(), from.Int64());

        // A link state that only a newer version knows is treated as down, because it is not the healthy one.
        var link = from.Byte() == (byte)FeedLink.Up ? FeedLink.Up : FeedLink.Down;
        var (node, isLast) = (from.Text(), from.Bool());
        // The first version ends here.
        return new(epoch, sequence, node, link, isLast, from.HasMore && from.Bool());
    }

    public static byte[] Write(StoreNotice notice) => new FieldWriter().Text(notice.Node).Text(notice.Store).ToBytes();

    public static StoreNotice ReadStore(FieldReader from) => new(from.Text(), from.Text());
}

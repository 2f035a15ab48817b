using DeltaStream.Actors.Binary;

namespace DeltaStream.Actors.Topics;

/// <summary>What bridges tell the cluster as bytes. Fields are only ever added behind the last one.</summary>
internal static class BridgeCodec
{
    public static byte[] Write(BridgeHeartbeat heartbeat) => new FieldWriter()
        .Int64(heartbeat.Epoch).Int64(heartbeat.Sequence).Byte((byte)heartbeat.Link).Text(heartbeat.Node).Bool(heartbeat.IsLast).ToBytes();

    public static BridgeHeartbeat ReadHeartbeat(FieldReader from)
    {
        var (epoch, sequence) = (from.Int64(), from.Int64());

        // A state that only a newer version knows is not the one in which everything is well.
        var link = from.Byte() == (byte)FeedLink.Up ? FeedLink.Up : FeedLink.Down;
        return new(epoch, sequence, from.Text(), link, from.Bool());
    }

    public static byte[] Write(StoreNotice notice) => new FieldWriter().Text(notice.Node).Text(notice.Store).ToBytes();

    public static StoreNotice ReadStore(FieldReader from) => new(from.Text(), from.Text());
}

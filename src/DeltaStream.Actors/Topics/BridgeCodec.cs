using System.Runtime.Serialization;
using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>What bridges tell the cluster as bytes. Fields are only ever added behind the last one.</summary>
internal static class BridgeCodec
{
    private const int FixedItem = 1 + 3 * 8 + 2;

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

    public static byte[] Write(PublishedNotice notice) => new FieldWriter().Int64(notice.Epoch).List(notice.Items, static (to, item) => to
        .Byte(checked((byte)(FixedItem + item.Key.Product.Length + (item.Key.Expiry?.Length ?? 0))))
        .Byte((byte)item.Key.Kind).Int64(item.Sequence).UInt64(item.Hash).Int64(item.Timestamp).Names(item.Key)).ToBytes();

    public static PublishedNotice ReadNotice(FieldReader from) => new(from.Int64(), from.List(static all =>
    {
        var item = all.Nested(all.Byte());
        var kind = item.Enum<MarketKind>();
        var (sequence, hash, timestamp) = (item.Int64(), item.UInt64(), item.Int64());
        return new PublishedItem(item.Names(kind), sequence, hash, timestamp);
    }) ?? throw new SerializationException("no items"));
}

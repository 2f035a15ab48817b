using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>What bridges tell the cluster as bytes. Fields are only ever added behind the last one.</summary>
internal static class BridgeCodec
{
    private const int FixedItem = 1 + 3 * 8;
    private const byte Last = 1;

    public static byte[] Write(BridgeHeartbeat heartbeat)
    {
        // The last field is there only where it says something: nearly every heartbeat is as the first version wrote it.
        var bytes = new byte[2 * 8 + 1 + FieldWriter.SizeOf(heartbeat.Node) + (heartbeat.IsLast ? 1 : 0)];
        var writer = new FieldWriter(bytes);
        writer.Int64(heartbeat.Epoch);
        writer.Int64(heartbeat.Sequence);
        writer.Byte((byte)heartbeat.Link);
        writer.Text(heartbeat.Node);
        if (heartbeat.IsLast) writer.Byte(Last);
        return bytes;
    }

    public static BridgeHeartbeat ReadHeartbeat(ReadOnlySpan<byte> bytes)
    {
        var reader = new FieldReader(bytes);
        var (epoch, sequence) = (reader.Int64(), reader.Int64());

        // A state that only a newer version knows is not the one in which everything is well.
        var link = reader.Byte() == (byte)FeedLink.Up ? FeedLink.Up : FeedLink.Down;
        return new BridgeHeartbeat(epoch, sequence, reader.Text(), link, reader.Remaining > 0 && reader.Byte() == Last);
    }

    public static byte[] Write(StoreNotice notice)
    {
        var bytes = new byte[FieldWriter.SizeOf(notice.Node) + FieldWriter.SizeOf(notice.Store)];
        var writer = new FieldWriter(bytes);
        writer.Text(notice.Node);
        writer.Text(notice.Store);
        return bytes;
    }

    public static StoreNotice ReadStore(ReadOnlySpan<byte> bytes)
    {
        var reader = new FieldReader(bytes);
        return new StoreNotice(reader.Text(), reader.Text());
    }

    public static byte[] Write(PublishedNotice notice)
    {
        var bytes = new byte[8 + 4 + notice.Items.Sum(item => 1 + ItemSize(item))];
        var writer = new FieldWriter(bytes);
        writer.Int64(notice.Epoch);
        writer.Int32(notice.Items.Count);
        foreach (var item in notice.Items)
        {
            writer.Byte(checked((byte)ItemSize(item)));
            writer.Byte((byte)item.Key.Kind);
            writer.Int64(item.Sequence);
            writer.UInt64(item.Hash);
            writer.Int64(item.Timestamp);
            writer.Text(item.Key.Product);
            writer.Text(item.Key.Expiry);
        }

        return bytes;
    }

    public static PublishedNotice ReadNotice(ReadOnlySpan<byte> bytes)
    {
        var reader = new FieldReader(bytes);
        var epoch = reader.Int64();
        var count = reader.Int32();
        if (count < 0 || count > reader.Remaining / FixedItem) throw new ArgumentException($"{count} items in {bytes.Length} bytes");
        var items = new PublishedItem[count];
        for (var i = 0; i < count; i++)
        {
            var item = reader.Nested(reader.Byte());
            var kind = (MarketKind)item.Byte();
            var (sequence, hash, timestamp) = (item.Int64(), item.UInt64(), item.Int64());
            var (product, expiry) = (item.Text(), item.Text());
            var key = kind == MarketKind.Underlying ? ConflationKey.Underlying(product) : ConflationKey.Chain(product, expiry);
            items[i] = new PublishedItem(key, sequence, hash, timestamp);
        }

        return new PublishedNotice(epoch, items);
    }

    private static int ItemSize(PublishedItem item) =>
        FixedItem + FieldWriter.SizeOf(item.Key.Product) + FieldWriter.SizeOf(item.Key.Expiry);
}

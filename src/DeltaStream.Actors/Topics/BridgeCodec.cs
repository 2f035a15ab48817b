namespace DeltaStream.Actors.Topics;

/// <summary>What bridges tell the cluster as bytes. Fields are only ever added behind the last one.</summary>
internal static class BridgeCodec
{
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
}

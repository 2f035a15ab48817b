using System.Text;
using Akka.Actor;
using Akka.Serialization;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Cluster.Tests.Versions;

/// <summary>
/// The words between nodes as version 0.1 wrote and read them, kept as it was: written down here a second time, so that no
/// change of the product's codec can change it. When a version with another format is released, this becomes that one's.
/// </summary>
public class LastVersionSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 7_301;

    public override string Manifest(object o) => o switch { RoomEvent => "r", BridgeHeartbeat => "h", PublishedNotice => "p", _ => throw new ArgumentException("unknown") };

    public override byte[] ToBinary(object obj)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        switch (obj)
        {
            case RoomEvent roomEvent:
                var head = Head(roomEvent);
                writer.Write((ushort)head.Length);
                writer.Write(head);
                writer.Write(roomEvent.Update.Payload.Span);
                break;
            case BridgeHeartbeat heartbeat:
                writer.Write(heartbeat.Epoch);
                writer.Write(heartbeat.Sequence);
                writer.Write((byte)heartbeat.Link);
                Text(writer, heartbeat.Node);
                writer.Write(heartbeat.IsLast);
                break;
            case PublishedNotice notice:
                writer.Write(notice.Epoch);
                writer.Write(notice.Items.Count);
                foreach (var item in notice.Items)
                {
                    var one = Item(item);
                    writer.Write((byte)one.Length);
                    writer.Write(one);
                }

                break;
        }

        return bytes.ToArray();
    }

    public override object FromBinary(byte[] bytes, string manifest)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        switch (manifest)
        {
            case "r":
                var body = 2 + reader.ReadUInt16();
                var (room, @event) = ((RoomKind)reader.ReadByte(), (MarketEvent)reader.ReadByte());
                var position = new Position(reader.ReadInt64(), reader.ReadInt64());
                var (hash, receivedAt) = (reader.ReadUInt64(), reader.ReadInt64());
                var (product, expiry) = (Text(reader), Text(reader));
                var key = @event == MarketEvent.UnderlyingUpdate ? ConflationKey.Underlying(product) : ConflationKey.Chain(product, expiry);
                return new RoomEvent(RoomOf(room, key), new MarketUpdate(@event, key, position, bytes.AsMemory(body), hash, receivedAt));
            case "h":
                var (epoch, sequence, link) = (reader.ReadInt64(), reader.ReadInt64(), (FeedLink)reader.ReadByte());
                return new BridgeHeartbeat(epoch, sequence, Text(reader), link);
            default:
                var term = reader.ReadInt64();
                var items = new PublishedItem[reader.ReadInt32()];
                for (var i = 0; i < items.Length; i++) items[i] = Item(reader.ReadBytes(reader.ReadByte()));
                return new PublishedNotice(term, items);
        }
    }

    protected virtual byte[] Head(RoomEvent roomEvent)
    {
        var update = roomEvent.Update;
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write((byte)roomEvent.Room.Kind);
        writer.Write((byte)update.Event);
        writer.Write(update.Position.Epoch);
        writer.Write(update.Position.Sequence);
        writer.Write(update.Hash);
        writer.Write(update.ReceivedAt);
        Text(writer, update.Key.Product);
        Text(writer, update.Key.Expiry);
        return bytes.ToArray();
    }

    protected virtual byte[] Item(PublishedItem item)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write((byte)item.Key.Kind);
        writer.Write(item.Sequence);
        writer.Write(item.Hash);
        writer.Write(item.Timestamp);
        Text(writer, item.Key.Product);
        Text(writer, item.Key.Expiry);
        return bytes.ToArray();
    }

    private static PublishedItem Item(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var kind = (MarketKind)reader.ReadByte();
        var (sequence, hash, timestamp) = (reader.ReadInt64(), reader.ReadUInt64(), reader.ReadInt64());
        var (product, expiry) = (Text(reader), Text(reader));
        return new(kind == MarketKind.Underlying ? ConflationKey.Underlying(product) : ConflationKey.Chain(product, expiry), sequence, hash, timestamp);
    }

    private static Room RoomOf(RoomKind kind, ConflationKey key) => kind switch
    {
        RoomKind.General => Room.General,
        RoomKind.Product => Room.Product(key.Product),
        RoomKind.Chain => Room.Chain(key.Product),
        _ => Room.Chain(key.Product, key.Expiry!),
    };

    private static void Text(BinaryWriter writer, string? text)
    {
        writer.Write((byte)(text?.Length ?? 0));
        writer.Write(Encoding.ASCII.GetBytes(text ?? ""));
    }

    private static string Text(BinaryReader reader) => Encoding.ASCII.GetString(reader.ReadBytes(reader.ReadByte()));
}

/// <summary>A version to come, which has added a field to every message, where the format says that fields are added.</summary>
public sealed class NextVersionSerializer(ExtendedActorSystem system) : LastVersionSerializer(system)
{
    private static readonly byte[] NewField = [9, 8, 7, 6, 5, 4, 3, 2];

    public override byte[] ToBinary(object obj) => obj is BridgeHeartbeat ? [.. base.ToBinary(obj), .. NewField] : base.ToBinary(obj);

    protected override byte[] Head(RoomEvent roomEvent) => [.. base.Head(roomEvent), .. NewField];

    protected override byte[] Item(PublishedItem item) => [.. base.Item(item), .. NewField];
}

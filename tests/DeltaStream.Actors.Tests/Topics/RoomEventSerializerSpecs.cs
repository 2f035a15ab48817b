using System.Runtime.Serialization;
using System.Text;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Topics;

public class RoomEventSerializerSpecs(ITestOutputHelper output) : Akka.TestKit.Xunit2.TestKit(TopicsHosting.Hocon, output)
{
    private static readonly ConflationKey Nifty = ConflationKey.Underlying("NIFTY");
    private static readonly ConflationKey Chain = ConflationKey.Chain("M&M", "2026-11-26");

    private RoomEventSerializer Serializer => (RoomEventSerializer)Sys.Serialization.FindSerializerForType(typeof(RoomEvent));

    [Theory]
    [InlineData(typeof(RoomEvent))]
    [InlineData(typeof(BridgeHeartbeat))]
    public void The_configured_system_uses_the_serializer(Type type) =>
        Assert.Equal(RoomEventSerializer.Id, Sys.Serialization.FindSerializerForType(type).Identifier);

    [Fact]
    public void A_type_without_a_serializer_is_refused() =>
        Assert.ThrowsAny<Exception>(() => Sys.Serialization.FindSerializerForType(typeof(Unbound)));

    public static TheoryData<string, MarketEvent> Events => new()
    {
        { "general", MarketEvent.UnderlyingUpdate },
        { "product:NIFTY", MarketEvent.UnderlyingUpdate },
        { "general", MarketEvent.ChainSummary },
        { "chain:M&M", MarketEvent.ChainUpdate },
        { "chain:M&M:2026-11-26", MarketEvent.ChainUpdate },
    };

    [Theory]
    [MemberData(nameof(Events))]
    public void A_room_event_comes_back_as_it_was(string roomName, MarketEvent @event)
    {
        Assert.True(Room.TryParse(roomName, out var room));
        var sent = Update(@event, new Position(1_795_000_000_123, 42), "{\"price\": 1.50, \"name\": \"é\"}");

        var read = Read(Serializer.ToBinary(new RoomEvent(room!, sent)), "r");

        Assert.Equal(room, read.Room);
        Assert.Equal((sent.Event, sent.Key, sent.Position, sent.Hash, sent.ReceivedAt),
            (read.Update.Event, read.Update.Key, read.Update.Position, read.Update.Hash, read.Update.ReceivedAt));
        Assert.True(sent.Payload.Span.SequenceEqual(read.Update.Payload.Span));
    }

    [Fact]
    public void A_heartbeat_comes_back_as_it_was()
    {
        var heartbeat = new BridgeHeartbeat(5, 6, "10.0.0.1:4053", FeedLink.Up, IsLast: true);
        Assert.Equal(heartbeat, Serializer.FromBinary(Serializer.ToBinary(heartbeat), "h"));
    }

    [Fact]
    public void A_newer_versions_fields_are_skipped()
    {
        var roomEvent = Serializer.ToBinary(new RoomEvent(Room.General, Update(MarketEvent.UnderlyingUpdate, new Position(1, 1), "{}")));
        var head = BitConverter.ToUInt16(roomEvent);
        byte[] longerHead = [.. BitConverter.GetBytes((ushort)(head + 3)), .. roomEvent[2..(2 + head)], 9, 9, 9, .. roomEvent[(2 + head)..]];
        byte[] heartbeat = [.. Serializer.ToBinary(new BridgeHeartbeat(5, 6, "a:1", FeedLink.Down, IsLast: true)), 1, 2, 3];

        Assert.Equal("{}", Encoding.UTF8.GetString(Read(longerHead, "r").Update.Payload.Span));
        Assert.Equal(new BridgeHeartbeat(5, 6, "a:1", FeedLink.Down, IsLast: true), Serializer.FromBinary(heartbeat, "h"));
    }

    /// <summary>
    /// What is on the wire, byte by byte: kind, event, epoch, sequence, hash and time of receipt of a room event's head, and so on.
    /// Nodes of two versions of one format share a cluster: who changes a vector changes the format.
    /// </summary>
    public static TheoryData<string, string, object> Vectors => new()
    {
        {
            "r", "290001017b5e56eea10100002a000000000000001032547698badcfe7b305f018b600600054e49465459007b227072696365223a20312e35307d",
            new RoomEvent(Room.Product("NIFTY"), Update(MarketEvent.UnderlyingUpdate, new Position(1_795_000_000_123, 42), "{\"price\": 1.50}"))
        },
        {
            "r", "310003027b5e56eea10100002a000000000000001032547698badcfe7b305f018b600600034d264d0a323032362d31312d32367b7d",
            new RoomEvent(Room.Chain("M&M", "2026-11-26"), Update(MarketEvent.ChainUpdate, new Position(1_795_000_000_123, 42), "{}"))
        },
        { "h", "05000000000000000600000000000000010d31302e302e302e313a343035330000", new BridgeHeartbeat(5, 6, "10.0.0.1:4053", FeedLink.Up) },
        { "h", "05000000000000000600000000000000010d31302e302e302e313a343035330001", new BridgeHeartbeat(5, 6, "10.0.0.1:4053", FeedLink.Up, IsUnrenewed: true) },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_written_and_read_event_stays_the_same_byte_for_byte(string manifest, string hex, object message)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal(manifest, Serializer.Manifest(message));
        Assert.Equal(hex, Convert.ToHexStringLower(Serializer.ToBinary(message)));
        var read = Serializer.FromBinary(bytes, manifest);
        Assert.IsType(message.GetType(), read);
        Assert.Equal(hex, Convert.ToHexStringLower(Serializer.ToBinary(read)));
    }

    [Fact]
    public void A_heartbeat_of_the_version_before_that_does_not_speak_of_the_lease_is_read()
    {
        var bytes = Convert.FromHexString("05000000000000000600000000000000010d31302e302e302e313a3430353300");
        Assert.Equal(new BridgeHeartbeat(5, 6, "10.0.0.1:4053", FeedLink.Up), Serializer.FromBinary(bytes, "h"));
    }

    [Fact]
    public void An_unknown_link_state_counts_as_down()
    {
        var bytes = Serializer.ToBinary(new BridgeHeartbeat(5, 6, "a:1", FeedLink.Up));
        bytes[16] = 77;
        Assert.Equal(FeedLink.Down, ((BridgeHeartbeat)Serializer.FromBinary(bytes, "h")).Link);
    }

    [Fact]
    public void Both_copies_of_an_update_give_the_same_object_on_the_receiving_node()
    {
        foreach (var room in new[] { Room.General, Room.Product("NIFTY") }) NodeOrder.For(Sys).Use(room);
        var sent = Update(MarketEvent.UnderlyingUpdate, new Position(1, 1), "{}");

        var wide = Read(Serializer.ToBinary(new RoomEvent(Room.General, sent)), "r");
        var narrow = Read(Serializer.ToBinary(new RoomEvent(Room.Product("NIFTY"), sent)), "r");

        Assert.Same(wide.Update, wide.ToSend);
        Assert.Same(wide.ToSend, narrow.ToSend);
    }

    [Theory]
    [InlineData("r")]
    [InlineData("h")]
    [InlineData("unknown")]
    public void Truncated_or_invalid_bytes_fail_with_a_serialization_error(string manifest)
    {
        byte[][] bad = [[], [1], [255, 255], [.. Enumerable.Repeat((byte)0xff, 64)], .. Enumerable.Range(0, 12).Select(n => new byte[n])];
        foreach (var bytes in bad) Assert.Throws<SerializationException>(() => Serializer.FromBinary(bytes, manifest));
    }

    private RoomEvent Read(byte[] bytes, string manifest) => Assert.IsType<RoomEvent>(Serializer.FromBinary(bytes, manifest));

    private static MarketUpdate Update(MarketEvent @event, Position position, string payload) =>
        new(@event, @event == MarketEvent.UnderlyingUpdate ? Nifty : Chain, position, Encoding.UTF8.GetBytes(payload), 0xfedc_ba98_7654_3210, 1_795_000_000_000_123);

    private sealed record Unbound;
}

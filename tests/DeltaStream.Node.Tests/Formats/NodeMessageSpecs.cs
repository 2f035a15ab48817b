using System.Text;
using System.Text.Json;
using Akka.Serialization;
using Akka.TestKit.Xunit2;
using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Topics;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Redis;
using DeltaStream.Node.Transports.Relay;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Formats;

/// <summary>Each message between nodes, and each text in Redis that another node reads, against its recorded bytes.</summary>
public sealed class NodeMessageSpecs() : TestKit(TopicsHosting.Hocon + "\n" + SessionsWiring.Hocon + "\n" + RelaySerializer.Hocon)
{
    private const ulong Hash = 0xfedc_ba98_7654_3210;
    private const long ReceivedAt = 1_795_000_000_000_123;

    private static readonly byte[] NewField = [9, 8, 7, 6, 5, 4, 3, 2];
    private static readonly JsonSerializerOptions Everything = new() { IncludeFields = true, Converters = { new ByName<MessageKind>(), new ByName<MarketEvent>() } };
    private static readonly ConflationKey Nifty = ConflationKey.Underlying("NIFTY");
    private static readonly ConflationKey Chain = ConflationKey.Chain("M&M", "2026-11-26");
    private static readonly Position Place = new(1_795_000_000_123, 42);

    /// <summary>An example of each message; all of its fields have values of their own.</summary>
    private static readonly Dictionary<string, object> Examples = new()
    {
        ["room-event"] = new RoomEvent(Room.Product("NIFTY"), Update(MarketEvent.UnderlyingUpdate, Nifty)),
        ["room-event-of-a-chain"] = new RoomEvent(Room.Chain("M&M", "2026-11-26"), Update(MarketEvent.ChainUpdate, Chain)),
        ["room-event-of-a-summary"] = new RoomEvent(Room.General, Update(MarketEvent.ChainSummary, Chain)),
        ["heartbeat"] = new BridgeHeartbeat(5, 6, "10.0.0.1:4053", FeedLink.Up),
        ["heartbeat-at-the-end"] = new BridgeHeartbeat(5, 6, "10.0.0.1:4053", FeedLink.Down, IsLast: true),
        ["heartbeat-without-a-renewed-lease"] = new BridgeHeartbeat(5, 6, "10.0.0.1:4053", FeedLink.Up, IsUnrenewed: true),
        ["store"] = new StoreNotice("10.0.0.1:4053", "k9Yw0"),
        ["is-holder-alive"] = new IsHolderAlive(4711),
        ["holder-answer"] = new HolderAnswer(true),
        ["relay-part"] = new RelayPart(4711, RelayKind.Move, true, "part"u8.ToArray()),
        ["moved-client"] = new MovedClient(
            "sid", new("trader-7", RoomGrant.Of(["product:*"]), "operator", DateTimeOffset.UnixEpoch.AddDays(20_000)), "pid", true, "1.2", FeedState.Stale,
            new([Room.General, Room.Chain("M&M", "2026-11-26")], [(Room.Chain("M&M"), new(5, 6))],
                [(MarketEvent.UnderlyingUpdate, Nifty, new(3, 4))], [(MarketEvent.ChainSummary, Chain, new(15, 16))]),
            [new Frame("answer"u8.ToArray())], [Update(MarketEvent.UnderlyingUpdate, Nifty)]),
        ["redis-position"] = new StoredPosition(Place, ReceivedAt, Hash),
        ["redis-session"] = new SavedSession("sid", [Room.General, Room.Chain("M&M", "2026-11-26")]),
    };

    public static TheoryData<string> Names => [.. Examples.Keys];

    /// <summary>Those that may get further fields.</summary>
    public static TheoryData<string> Extensible => [.. Examples.Keys.Except(["redis-position"])];

    [Theory]
    [MemberData(nameof(Names))]
    public void This_version_writes_the_recorded_bytes(string name) => Recorded.AssertIs(name, Write(Examples[name]));

    [Theory]
    [MemberData(nameof(Names))]
    public void The_recorded_bytes_are_read_field_by_field(string name) => Assert.Equal(Show(Examples[name]), Show(Read(name, Recorded.Read(name))));

    [Theory]
    [MemberData(nameof(Extensible))]
    public void Fields_that_a_newer_version_adds_behind_the_last_one_are_left_unread(string name) =>
        Assert.Equal(Show(Examples[name]), Show(Read(name, Longer(Examples[name], Recorded.Read(name)))));

    [Fact]
    public void Every_message_that_has_a_serializer_is_recorded()
    {
        var bound = Sys.Settings.Config.GetConfig("akka.actor.serialization-bindings").AsEnumerable().Select(it => it.Key.Trim('"').Split(',')[0]);
        Assert.Equal(bound.Where(type => type.StartsWith("DeltaStream.", StringComparison.Ordinal)).Order(),
            Examples.Values.Where(it => it is not (MovedClient or StoredPosition or SavedSession)).Select(it => it.GetType().FullName!).Distinct().Order());
    }

    [Fact]
    public void Every_recorded_file_is_of_a_message() => Assert.Equal(Examples.Keys.Concat(RelayedSessionSpecs.Names).Order(), Recorded.Names.Order());

    private static MarketUpdate Update(MarketEvent @event, ConflationKey key) => new(@event, key, Place, "{\"price\": 1.50}"u8.ToArray(), Hash, ReceivedAt);

    private static string Show(object message) => JsonSerializer.Serialize(message, Everything);

    private byte[] Write(object message) => message switch
    {
        MovedClient client => Write(client),
        StoredPosition position => Encoding.UTF8.GetBytes(position.ToString()),
        SavedSession session => Encoding.UTF8.GetBytes(session.Write()),
        _ => Sys.Serialization.Serialize(message),
    };

    private static byte[] Write(MovedClient client)
    {
        var writer = new FieldWriter();
        MovedClientCodec.Write(writer, client);
        return writer.ToBytes();
    }

    private object Read(string name, byte[] bytes)
    {
        switch (Examples[name])
        {
            case MovedClient:
                return MovedClientCodec.Read(new FieldReader(bytes));
            case StoredPosition:
                Assert.True(StoredPosition.TryParse(Encoding.UTF8.GetString(bytes), out var position));
                return position;
            case SavedSession:
                return SavedSession.Read(Encoding.UTF8.GetString(bytes));
            case var message:
                var serializer = (SerializerWithStringManifest)Sys.Serialization.FindSerializerFor(message);
                return serializer.FromBinary(bytes, serializer.Manifest(message));
        }
    }

    private static byte[] Longer(object message, byte[] bytes)
    {
        switch (message)
        {
            case RoomEvent:
                // The payload is the rest of the bytes: fields are added to the head, whose length stands first.
                var head = 2 + BitConverter.ToUInt16(bytes);
                return [.. BitConverter.GetBytes((ushort)(head - 2 + NewField.Length)), .. bytes[2..head], .. NewField, .. bytes[head..]];
            case RelayPart:
                // Nothing can stand behind a part; it may get further flags.
                bytes[9] |= 0x80;
                return bytes;
            case SavedSession:
                return [.. bytes, .. "\tnew-kind-of-room:X"u8];
            default:
                return [.. bytes, .. NewField];
        }
    }
}

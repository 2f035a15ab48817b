using System.Runtime.Serialization;
using System.Text;
using System.Text.Json;
using CsCheck;
using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Wire;
using DeltaStream.TestSupport;

namespace DeltaStream.Actors.Tests.Sessions;

/// <summary>The bytes of a client that moves: written clients read back, and invalid bytes are one error.</summary>
public class MovedClientCodecSpecs
{
    private static readonly JsonSerializerOptions Everything = new() { IncludeFields = true, Converters = { new ByName<MessageKind>(), new ByName<MarketEvent>() } };

    private static readonly Gen<Position> Positions = Gen.Select(Gen.Long[0, 2_000_000_000_000], Gen.Long[0, 100_000], (epoch, sequence) => new Position(epoch, sequence));

    private static readonly Gen<ConflationKey> Keys = Any(
        ConflationKey.Underlying("A"), ConflationKey.Underlying("M&M"), ConflationKey.Chain("A", "2026-11-26"), ConflationKey.Chain("NIFTY 50", "2026-12-31"), ConflationKey.MarketStatus("NSE"));

    private static readonly Gen<Room> Rooms = Any(
        Room.General, Room.Product("A"), Room.Product("NIFTY 50"), Room.Chain("A"), Room.Chain("A", "2026-11-26"));

    private static readonly Gen<string?> Texts = Any(null, "", "trader-7", "größe € 😀");

    private static readonly Gen<ClientIdentity> Identities = Gen.Select(
        Texts, Any<string[]?>(null, [], ["product:*", "chain:A"]), Texts, Gen.Long[0, 100_000],
        (subject, rooms, role, seconds) => new ClientIdentity(subject, RoomGrant.Of(rooms), role, seconds == 0 ? null : DateTimeOffset.UnixEpoch.AddSeconds(seconds)));

    private static readonly Gen<(MarketEvent, ConflationKey, Position)[]> Known =
        Gen.Select(Keys, Positions, (key, position) => (key.Event, key, position)).Array[0, 3];

    private static readonly Gen<MovedRooms> Moved = Gen.Select(
        Rooms.Array[0, 4], Gen.Select(Rooms, Positions).Array[0, 3], Known, Known, (rooms, until, ahead, notReceived) => new MovedRooms(rooms, until, ahead, notReceived));

    private static readonly Gen<Frame> Frames = Gen.Byte.Array[0, 20].Select(bytes => new Frame(bytes));

    private static readonly Gen<MarketUpdate> Updates = Gen.Select(Keys, Positions, Gen.Byte.Array[0, 20], Gen.ULong, Gen.Bool, (key, position, payload, hash, isSummary) => new MarketUpdate(
        isSummary ? key.Kind.InGeneral : key.Event, key, position, payload, hash, 17));

    private static readonly Gen<MovedClient> Clients = Gen.Select(
        Gen.Select(Identities, Texts, Gen.Bool, Texts, Any(FeedState.Live, FeedState.Stale, FeedState.Down)),
        Moved, Gen.Select(Frames.Array[0, 3], Updates.Array[0, 3]),
        (who, rooms, waiting) => new MovedClient("sid", who.Item1, who.Item2, who.Item3, who.Item4, who.Item5, rooms, waiting.Item1, waiting.Item2));

    [Fact]
    public void A_written_client_is_read_back() => Clients.Sample(
        client => Assert.Equal(Show(client), Show(Read(Write(client)))), iter: 2_000);

    [Fact]
    public void Every_field_of_a_moved_client_counts_when_two_are_compared()
    {
        // Nothing that the comparison above would not show: each field of a client makes a difference to it.
        var client = Example();
        var texts = new[]
        {
            client, client with { SessionId = "x" }, client with { Identity = ClientIdentity.Anonymous }, client with { Pid = null }, client with { IsRecovered = true },
            client with { Holder = null }, client with { Feed = FeedState.Down }, client with { Rooms = client.Rooms with { Until = [] } },
            client with { Answers = [] }, client with { Updates = [] }, client with { Views = Views },
        }.Select(it => Show(Read(Write(it)))).ToArray();
        Assert.Equal(texts.Length, texts.Distinct().Count());
        var rooms = client.Rooms;
        var parts = new[] { rooms, rooms with { Rooms = [] }, rooms with { Until = [] }, rooms with { Ahead = [] }, rooms with { NotReceived = [] } }
            .Select(it => Show(Read(Write(client with { Rooms = it })))).ToArray();
        Assert.Equal(parts.Length, parts.Distinct().Count());
        Assert.Equal(typeof(MovedRooms).GetProperties().Length, parts.Length - 1);
        Assert.Equal(typeof(MovedClient).GetProperties().Length, texts.Length - 1);
    }

    [Fact]
    public void Every_field_of_the_views_counts_when_two_are_compared()
    {
        var views = new[] { Views, Views with { IsPaused = false }, Views with { Held = [] }, Views with { AnswersAfterUpdates = [] }, Views with { Rooms = [] } };
        var texts = views.Select(it => Show(Read(Write(Example() with { Views = it })))).ToArray();
        Assert.Equal(texts.Length, texts.Distinct().Count());
        Assert.Equal(typeof(MovedViews).GetProperties().Length, texts.Length - 1);
    }

    [Fact]
    public void Views_that_end_too_early_are_refused()
    {
        var (without, bytes) = (Write(Example()).Length, Write(Example() with { Views = Views }));
        foreach (var length in Enumerable.Range(without + 1, bytes.Length - without - 1)) Assert.Throws<SerializationException>(() => Read(bytes[..length]));
    }

    [Fact]
    public void A_client_without_views_has_the_bytes_that_an_older_version_reads()
    {
        var bytes = Write(Example() with { Views = Views });
        Assert.Equal(Write(Example()), bytes[..Write(Example()).Length]);
    }

    [Fact]
    public void Fields_that_a_newer_version_adds_at_the_end_are_ignored()
    {
        var client = Example();
        Assert.Equal(Show(client), Show(Read([.. Write(client), .. "more"u8])));
    }

    [Fact]
    public void Bytes_that_end_too_early_are_refused()
    {
        var bytes = Write(Example());
        foreach (var length in Enumerable.Range(0, bytes.Length)) Assert.Throws<SerializationException>(() => Read(bytes[..length]));
    }

    [Fact]
    public void Invalid_bytes_are_one_error_and_cost_no_memory()
    {
        var bytes = Write(Example());
        var random = new Random(4711);
        var before = GC.GetAllocatedBytesForCurrentThread();
        const int Rounds = 20_000;
        for (var round = 0; round < Rounds; round++)
        {
            var mutated = bytes.ToArray();
            for (var i = random.Next(1, 4); i > 0; i--) mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            try
            {
                Read(mutated);
            }
            catch (SerializationException)
            {
                // The one error that there is.
            }
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Rounds, 0, 64 * 1024);
    }

    private static MovedViews Views => new()
    {
        IsPaused = true,
        Held = [new MarketUpdate(MarketEvent.ChainUpdate, ConflationKey.Chain("A", "2026-11-26"), new(21, 22), Encoding.UTF8.GetBytes("{}"), 23, 24)],
        AnswersAfterUpdates = [new Frame("synced"u8.ToArray())],
        Rooms = [new(Room.Chain("A"), """{"mode":"delta"}""", 2, [(ConflationKey.Chain("A", "2026-11-26"), "abc")])],
    };

    private static MovedClient Example() => new(
        "sid", new("trader-7", RoomGrant.Of(["product:*"]), "operator", DateTimeOffset.UnixEpoch.AddDays(20_000)), "pid", false, "1.2", FeedState.Stale,
        new(
            [Room.General, Room.Chain("A", "2026-11-26")], [(Room.Chain("A"), new(5, 6))], [(MarketEvent.UnderlyingUpdate, ConflationKey.Underlying("A"), new(3, 4))],
            [(MarketEvent.ChainSummary, ConflationKey.Chain("A", "2026-11-26"), new(15, 16))]),
        [new Frame("answer"u8.ToArray())],
        [new MarketUpdate(MarketEvent.UnderlyingUpdate, ConflationKey.Underlying("A"), new(11, 12), Encoding.UTF8.GetBytes("{}"), 13, 14)]);

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static byte[] Write(MovedClient client)
    {
        var writer = new FieldWriter();
        MovedClientCodec.Write(writer, client);
        return writer.ToBytes();
    }

    private static MovedClient Read(byte[] bytes) => MovedClientCodec.Read(new FieldReader(bytes));

    private static string Show(MovedClient client) => JsonSerializer.Serialize(client, Everything);
}

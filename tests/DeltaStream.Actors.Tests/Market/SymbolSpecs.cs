using System.Globalization;
using System.Text;
using Akka.Actor;
using CsCheck;
using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using DeltaStream.TestSupport;

namespace DeltaStream.Actors.Tests.Market;

/// <summary>Which texts are symbols, and that a symbol survives every name that is made of it.</summary>
public class SymbolSpecs
{
    private const string Expiry = "2026-11-26";

    // Every sign, scripts of one to four bytes a letter, Hangul that is already joined, and texts that look like parts of a name.
    private static readonly string[] Parts =
    [
        "A", "z", "0", "9", ".", "_", "-", "&", "/", ":", "^", "=", "|", "+", "#", "@", "$", "%", "(", ")", "'", "!", "~", "%41", "A B", "é", "ß", "Ж", "ع",
        "न", "५", "株", "가", "𝔸", "𐌰", "chain:", "product:", "general", ":2026-11-2", "2026-11-26", "://",
    ];

    private static readonly Gen<string> Symbols =
        Gen.Int[0, Parts.Length - 1].Select(i => Parts[i]).Array[1, 24].Select(string.Concat).Where(text => Symbol.IsValid(text));

    [Theory]
    [InlineData("NIFTY")]
    [InlineData("a")]
    [InlineData("NSE:NIFTY50-INDEX")]
    [InlineData("BTC/USDT:USDT")]
    [InlineData("^NSEI")]
    [InlineData("M&M")]
    [InlineData("NIFTY 50")]
    [InlineData("ES=F")]
    [InlineData("NSE_EQ|INE002A01018")]
    [InlineData("C++ #1 @home $5 %x (y) 'z' !~")]
    [InlineData("日経225")]
    [InlineData("ÖÏL ٣")]
    [InlineData("가나")]
    [InlineData("𝔸𝔹")]
    [InlineData("2026-11-26")]
    [InlineData("A:2026-11-2")]
    [InlineData("A-2026-11-26")]
    [InlineData("A:2026-11-26:B")]
    [InlineData(":")]
    public void Symbols_of_data_vendors_are_valid(string text) => Assert.True(Symbol.IsValid(text));

    [Theory]
    [InlineData("")]
    [InlineData(" A")]
    [InlineData("A ")]
    [InlineData("A  B")]
    [InlineData("A\u00a0B")]
    [InlineData("A\tB")]
    [InlineData("A\nB")]
    [InlineData("A\0")]
    [InlineData("*")]
    [InlineData("A,B")]
    [InlineData("A;B")]
    [InlineData("<b>")]
    [InlineData("\"")]
    [InlineData("\\")]
    [InlineData("A?")]
    [InlineData("{A}")]
    [InlineData("[A]")]
    [InlineData("`")]
    [InlineData("€")]
    [InlineData("²")]
    [InlineData("🚀")]
    [InlineData("A\u200bB")]
    [InlineData("\u202eA")]
    [InlineData("\ufeffA")]
    [InlineData("e\u0301")]
    [InlineData("\u212a")]
    [InlineData("\u2126")]
    [InlineData("\uf900")]
    [InlineData("\u1112\u1161")]
    [InlineData("\uac00\u11a8")]
    [InlineData("A:2026-11-26")]
    [InlineData("A:2026-99-99")]
    [InlineData(":2026-11-26")]
    public void Other_texts_are_not_symbols(string text) => Assert.False(Symbol.IsValid(text));

    [Fact]
    public void Half_a_surrogate_pair_is_not_a_symbol()
    {
        Assert.False(Symbol.IsValid("A\ud800"));
        Assert.False(Symbol.IsValid("\udc00A"));
    }

    [Theory]
    [InlineData("A", 64, 65)]
    [InlineData("é", 64, 65)]
    [InlineData("株", 64, 65)]
    [InlineData("𝔸", 48, 49)]
    public void The_length_of_a_symbol_is_bounded_in_code_points_and_in_bytes(string letter, int longest, int tooLong)
    {
        Assert.True(Symbol.IsValid(string.Concat(Enumerable.Repeat(letter, longest))));
        Assert.False(Symbol.IsValid(string.Concat(Enumerable.Repeat(letter, tooLong))));
    }

    [Fact]
    public void A_symbol_survives_the_names_of_its_rooms() => Symbols.Sample(symbol =>
    {
        foreach (var room in new[] { Room.Product(symbol), Room.Chain(symbol), Room.Chain(symbol, Expiry) })
        {
            Assert.True(Room.TryParse(room.Name, out var parsed), room.Name);
            Assert.Equal((room, room.Kind, room.Symbol, room.Expiry), (parsed, parsed!.Kind, parsed.Symbol, parsed.Expiry));
            Assert.True(RoomGrant.Of([room.Name]).Covers(room));
        }
    });

    [Theory]
    [InlineData("NSE", "NSE:NIFTY")]
    [InlineData("NSE:NIFTY", "NSE:NIFTY:A")]
    [InlineData("NSE:NIFTY:A", "NSE:NIFTY")]
    public void A_grant_of_one_symbol_covers_no_other(string granted, string other)
    {
        var grant = RoomGrant.Of([$"product:{granted}", $"chain:{granted}", $"chain:{granted}:*"]);
        Assert.True(grant.Covers(Room.Chain(granted, Expiry)));
        Assert.False(grant.Covers(Room.Product(other)) || grant.Covers(Room.Chain(other)) || grant.Covers(Room.Chain(other, Expiry)));
    }

    [Fact]
    public void A_symbol_survives_the_serializers_between_nodes() => Symbols.Sample(symbol =>
    {
        var order = new NodeOrder(TimeProvider.System);
        foreach (var key in new[] { ConflationKey.Underlying(symbol), ConflationKey.Chain(symbol, Expiry), ConflationKey.MarketStatus(symbol) })
        {
            var sent = new MarketUpdate(key.Event, key, new Position(1, 2), "{}"u8.ToArray(), 3, 4);
            var room = key.Event.RoomsOf(key).Last();
            var bytes = RoomEventCodec.Write(new RoomEvent(room, sent));
            var read = RoomEventCodec.Read(new FieldReader(bytes), order);
            Assert.Equal((room, key, "{}"), (read.Room, read.Update.Key, Encoding.UTF8.GetString(read.Update.Payload.Span)));
            Assert.Equal(room, new FieldReader(new FieldWriter().Room(room).ToBytes()).Room());
        }
    });

    /// <summary>The mediator makes an actor of each topic, and restarts when the actor's name is not valid.</summary>
    [Fact]
    public void A_symbol_survives_the_name_of_its_topics_actor() => Symbols.Sample(symbol =>
        Assert.True(ActorPath.IsValidPathElement(Uri.EscapeDataString(TopicName.For(Room.Chain(symbol, Expiry))))));

    /// <summary>Python knows normal form C. What its version of Unicode has not assigned is not compared.</summary>
    [Fact]
    public async Task The_letters_that_normal_form_C_replaces_are_those_of_Unicode()
    {
        const string script = """
            import unicodedata
            for c in range(0x110000):
                kind = unicodedata.category(chr(c))
                if kind[0] == 'L' or kind == 'Nd': print('%x' % c, int(unicodedata.is_normalized('NFC', chr(c))))
            """;
        var result = await Command.RunAsync(".", TimeSpan.FromSeconds(30), [], "/usr/bin/python3", "-c", script);
        var letters = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToArray();
        Assert.InRange(letters.Length, 100_000, 200_000);
        foreach (var letter in letters)
        {
            var text = char.ConvertFromUtf32(int.Parse(letter[0], NumberStyles.HexNumber));
            Assert.True(Symbol.IsValid(text) == (letter[1] == "1"), letter[0]);
        }
    }
}

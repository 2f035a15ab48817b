using System.Text;
using System.Text.Json;
using CsCheck;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Market;

public class EnrichedMessageSpecs
{
    private const string Underlying = "enriched:underlying";
    private const string Chain = "enriched:option_chain";
    private const string Status = "enriched:market_status";
    private const long Received = 1_795_473_610_000_000;
    private const int Limit = 4_096;

    private const string GoodPrice = """{"product": "NIFTY", "price": 21500.50, "timestamp": "2026-11-23T22:40:10.731988"}""";
    private const string GoodChain = """{"product": "NIFTY", "expiry": "2026-11-26", "spot_price": 21500, "pcr_oi": 1.10, "max_pain_strike": 21650.0, "calls": [], "puts": [], "timestamp": "2026-11-23T22:40:10"}""";

    [Fact]
    public void The_key_of_an_underlying_is_its_product_and_its_bytes_stay_unchanged()
    {
        var bytes = Encoding.UTF8.GetBytes(GoodPrice);
        var message = Read(Underlying, bytes);
        Assert.Equal(ConflationKey.Underlying("NIFTY"), message.Key);
        Assert.True(message.Payload.Equals(bytes.AsMemory()));
        Assert.Equal("21500.50", Encoding.ASCII.GetString(message.Headline));
        Assert.Equal(1_795_473_610_731_988, message.Timestamp);
    }

    [Fact]
    public void The_key_of_a_chain_is_its_product_and_expiry()
    {
        var message = Read(Chain, GoodChain);
        Assert.Equal(ConflationKey.Chain("NIFTY", "2026-11-26"), message.Key);
        Assert.Equal("1.10", Encoding.ASCII.GetString(message.Headline));
    }

    [Fact]
    public void A_status_is_keyed_by_market_and_falls_back_to_the_time_of_receipt()
    {
        var message = Read(Status, """{"market":"NSE","status":"open"}""");
        Assert.Equal(ConflationKey.MarketStatus("NSE"), message.Key);
        Assert.Equal("\"open\"", Encoding.ASCII.GetString(message.Headline));
        Assert.Equal(Received, message.Timestamp);
        Assert.Equal(1_795_473_610_731_988, Read(Status, """{"market":"NSE","status":"open","timestamp":"2026-11-23T22:40:10.731988"}""").Timestamp);
    }

    [Fact]
    public void Every_recorded_message_of_the_platform_is_valid()
    {
        Assert.NotEmpty(RecordedFeed.Messages);
        foreach (var (channel, text) in RecordedFeed.Messages)
            Assert.True(TryRead(channel, Encoding.UTF8.GetBytes(text), 1 << 20, out _, out var reason), $"{reason}: {text}");
    }

    public static TheoryData<string, string, string> Unusual => new()
    {
        { "fields in any order", Underlying, """{"timestamp":"2026-11-23","price":1,"product":"A"}""" },
        { "unknown and nested fields", Underlying, """{"product":"A","x":{"product":1,"y":[{"price":"z"}]},"price":1e5,"timestamp":"2026-11-23T10:00Z"}""" },
        { "escaped names and values", Underlying, """{"pr\u006fduct":"\u0041","price":-0.5,"timestamp":"2026-11-23 10:00:00+05:30"}""" },
        { "half a surrogate pair in a field nobody needs", Underlying, """{"product":"A","price":1,"timestamp":"2026-11-23","x":"\ud800","\udfff":1}""" },
        { "names with escapes that are none of ours", Underlying, """{"\n\"":1,"\u00e9":1,"\u0070rice\u0020and more and more and more":1,"product":"A","price":1,"timestamp":"2026-11-23"}""" },
        { "the last of duplicates is right", Underlying, """{"product":1,"product":"A","price":"x","price":1,"timestamp":"2026-11-23"}""" },
        { "white space around", Underlying, " \r\n\t{\"product\":\"A\",\"price\":1,\"timestamp\":\"2026-11-23\"}\n" },
        { "inner spaces and signs in the symbol", Underlying, """{"product":"M&M FUT/1_a-b.c","price":1,"timestamp":"2026-11-23"}""" },
        { "quotes are not validated", Chain, """{"product":"A","expiry":"2026-11-26","spot_price":1,"pcr_oi":0,"max_pain_strike":2,"calls":[1,null,{"strike":"x"}],"puts":[[]],"timestamp":"2026-11-23","atm_straddle_price":null}""" },
        { "a market with further fields", Status, """{"market":"NSE","status":"pre_open","opens_at":"2026-11-24T03:45:00Z","timestamp":"2026-11-24"}""" },
        { "a market's status without a time", Status, """{"market":"XNYS","status":"closed"}""" },
        { "a market's status with another time", Status, """{"market":"XNYS","status":"","timestamp":1795473610}""" },
        { "price as text", Underlying, """{"product":"A","price":"24500.05","timestamp":"2026-11-23"}""" },
        { "price as a text with exponent", Underlying, """{"product":"A","price":"-2.45e4"}""" },
        { "no timestamp", Underlying, """{"product":"A","price":1}""" },
        { "timestamp null", Underlying, """{"product":"A","price":1,"timestamp":null}""" },
        { "timestamp is an object", Underlying, """{"product":"A","price":1,"timestamp":{"$date":1}}""" },
        { "timestamp is no time", Underlying, """{"product":"A","price":1,"timestamp":"yesterday"}""" },
        { "a chain of product and expiry alone", Chain, """{"product":"A","expiry":"2026-11-26"}""" },
        { "a chain without what is normal", Chain, """{"product":"A","expiry":"2026-11-26","spot_price":null,"pcr_oi":"1.1","max_pain_strike":[],"calls":null,"puts":{},"timestamp":false}""" },
        { "a product of another script", Underlying, """{"product":"日経225","price":1,"timestamp":"2026-11-23"}""" },
        { "the longest product, escaped", Underlying, $$"""{"product":"{{string.Concat(Enumerable.Repeat("\\ud835\\udd38", 48))}}","price":1,"timestamp":"2026-11-23"}""" },
        { "NaN inside a string", Underlying, """{"product":"A","price":1,"timestamp":"2026-11-23","note":"NaN, \"Infinity"}""" },
    };

    [Theory]
    [MemberData(nameof(Unusual))]
    public void Unusual_messages_are_valid(string name, string channel, string text)
    {
        Assert.True(TryRead(channel, Encoding.UTF8.GetBytes(text), Limit, out var message, out var reason), $"{name}: {reason}");
        Assert.Equal(text, Encoding.UTF8.GetString(message!.Payload.Span));
    }

    public static TheoryData<string, string, string, InvalidReason> Bad => new()
    {
        { "nothing", Underlying, "", InvalidReason.Json },
        { "no JSON", Underlying, "hello", InvalidReason.Json },
        { "cut off", Underlying, GoodPrice[..^1], InvalidReason.Json },
        { "something behind", Underlying, GoodPrice + "{}", InvalidReason.Json },
        { "trailing comma", Underlying, """{"product":"A","price":1,"timestamp":"2026-11-23",}""", InvalidReason.Json },
        { "a comment", Underlying, "/* */" + GoodPrice, InvalidReason.Json },
        { "a byte order mark inside", Underlying, " \ufeff" + GoodPrice, InvalidReason.Json },
        { "too deep", Underlying, $$"""{"product":"A","price":1,"timestamp":"2026-11-23","x":{{new string('[', 65)}}{{new string(']', 65)}}}""", InvalidReason.Json },
        { "NaN and broken besides", Underlying, """{"price":NaN""", InvalidReason.Json },
        { "nan in small letters", Underlying, """{"product":"A","price":nan,"timestamp":"2026-11-23"}""", InvalidReason.Json },
        { "an array", Underlying, "[1, 2]", InvalidReason.Json },
        { "null", Underlying, "null", InvalidReason.Json },
        { "an empty object", Underlying, "{}", InvalidReason.Symbol },
        { "no price", Underlying, """{"product":"A","timestamp":"2026-11-23"}""", InvalidReason.Field },
        { "price as another text", Underlying, """{"product":"A","price":"1,000","timestamp":"2026-11-23"}""", InvalidReason.Field },
        { "price null", Underlying, """{"product":"A","price":null,"timestamp":"2026-11-23"}""", InvalidReason.Field },
        { "the last of duplicates is wrong", Underlying, """{"product":"A","price":1,"price":"x","timestamp":"2026-11-23"}""", InvalidReason.Field },
        { "price as NaN in text", Underlying, """{"product":"A","price":"NaN"}""", InvalidReason.Field },
        { "price as Infinity in text", Underlying, """{"product":"A","price":"-Infinity"}""", InvalidReason.Field },
        { "price as an empty text", Underlying, """{"product":"A","price":""}""", InvalidReason.Field },
        { "price as true", Underlying, """{"product":"A","price":true}""", InvalidReason.Field },
        { "price as a list", Underlying, """{"product":"A","price":[1]}""", InvalidReason.Field },
        { "no product", Underlying, """{"price":1,"timestamp":"2026-11-23"}""", InvalidReason.Symbol },
        { "product as number", Underlying, """{"product":7,"price":1,"timestamp":"2026-11-23"}""", InvalidReason.Symbol },
        { "product only inside another object", Underlying, """{"x":{"product":"A"},"price":1,"timestamp":"2026-11-23"}""", InvalidReason.Symbol },
        { "an underlying on the channel of chains", Chain, GoodPrice, InvalidReason.Field },
        { "no expiry", Chain, GoodChain.Replace("expiry", "expire"), InvalidReason.Field },
        { "expiry in another form", Chain, GoodChain.Replace("2026-11-26", "26-11-2026"), InvalidReason.Field },
        { "expiry is no day", Chain, GoodChain.Replace("2026-11-26", "2026-02-30"), InvalidReason.Field },
        { "expiry far too long", Chain, GoodChain.Replace("2026-11-26", new string('1', 300)), InvalidReason.Field },
        { "expiry null", Chain, GoodChain.Replace("\"2026-11-26\"", "null"), InvalidReason.Field },
        { "expiry as a number", Chain, GoodChain.Replace("\"2026-11-26\"", "20261126"), InvalidReason.Field },
        { "no market", Status, """{"product":"NSE","status":"open"}""", InvalidReason.Symbol },
        { "status null", Status, """{"market":"NSE","status":null}""", InvalidReason.Field },
        { "no status", Status, """{"market":"NSE","state":"open"}""", InvalidReason.Field },
        { "status as a number", Status, """{"market":"NSE","status":1}""", InvalidReason.Field },
        { "a market that ends like an expiry", Status, """{"market":"N:2026-11-26","status":"open"}""", InvalidReason.Symbol },
        { "empty product", Underlying, GoodPrice.Replace("NIFTY", ""), InvalidReason.Symbol },
        { "a star in the product", Underlying, GoodPrice.Replace("NIFTY", "A*"), InvalidReason.Symbol },
        { "a space before the product", Underlying, GoodPrice.Replace("NIFTY", " A"), InvalidReason.Symbol },
        { "product of 65 characters", Underlying, GoodPrice.Replace("NIFTY", new string('A', 65)), InvalidReason.Symbol },
        { "product of 3,000 characters", Underlying, GoodPrice.Replace("NIFTY", new string('A', 3_000)), InvalidReason.Symbol },
        { "product not in normal form C", Underlying, GoodPrice.Replace("NIFTY", "NIFTY\u0301"), InvalidReason.Symbol },
        { "half a surrogate pair in the product", Underlying, GoodPrice.Replace("NIFTY", "\\ud800"), InvalidReason.Symbol },
        { "over the limit", Underlying, GoodPrice.Replace("}", new string(' ', Limit) + "}"), InvalidReason.Size },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Bad_messages_are_skipped_for_their_reason(string name, string channel, string text, InvalidReason expected)
    {
        Assert.False(TryRead(channel, Encoding.UTF8.GetBytes(text), Limit, out _, out var reason), name);
        Assert.Equal(expected, reason);
    }

    [Theory]
    [InlineData("2026-11-26")]
    [InlineData("2026-11-26T00:00:00+05:30")]
    [InlineData("26-Nov-2026")]
    [InlineData("26NOV2026")]
    public void An_expiry_in_any_form_has_the_key_of_the_first_and_keeps_its_bytes(string expiry)
    {
        var text = GoodChain.Replace("2026-11-26", expiry);
        var message = Read(Chain, text);
        Assert.Equal(ConflationKey.Chain("NIFTY", "2026-11-26"), message.Key);
        Assert.Equal(text, Encoding.UTF8.GetString(message.Payload.Span));
        Assert.Contains($"\"expiry\":\"{expiry}\"", Encoding.UTF8.GetString(message.Summary().Span));
    }

    [Theory]
    [InlineData("\"2026-11-23T22:40:10.731988\"")]
    [InlineData("\"2026-11-23 22:40:10.731988\"")]
    [InlineData("\"2026-11-24T04:10:10.731988+05:30\"")]
    [InlineData("1795473610.731988")]
    [InlineData("1795473610731.988")]
    [InlineData("1795473610731988")]
    [InlineData("1795473610731988000")]
    [InlineData("1.795473610731988e9")]
    [InlineData("\"1795473610.731988\"")]
    [InlineData("\"1795473610731.988\"")]
    [InlineData("\"1795473610731988\"")]
    [InlineData("\"1795473610731988000\"")]
    public void A_timestamp_in_any_form_is_the_same_time(string timestamp)
    {
        var text = $$"""{"product":"A","price":1,"timestamp":{{timestamp}}}""";
        Assert.Equal(1_795_473_610_731_988, Read(Underlying, text).Timestamp);
        Assert.Equal(1_795_473_610_731_988, EnrichedMessage.TimestampOf(MessageKind.Underlying, Encoding.UTF8.GetBytes(text), 7));
    }

    [Theory]
    [InlineData("\"soon\"")]
    [InlineData("\"\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[1795473610]")]
    [InlineData("0")]
    [InlineData("-1795473610")]
    [InlineData("1e400")]
    [InlineData("179547361073198800000000")]
    public void Any_other_timestamp_counts_as_now(string timestamp)
    {
        var text = $$"""{"product":"A","price":1,"timestamp":{{timestamp}}}""";
        Assert.Equal(Received, Read(Underlying, text).Timestamp);
        Assert.Equal(7, EnrichedMessage.TimestampOf(MessageKind.Underlying, Encoding.UTF8.GetBytes(text), 7));
    }

    [Fact]
    public void A_byte_order_mark_is_dropped()
    {
        var message = Read(Underlying, "\ufeff" + GoodPrice);
        Assert.Equal(GoodPrice, Encoding.UTF8.GetString(message.Payload.Span));
        Assert.Equal(Read(Underlying, GoodPrice).Hash, message.Hash);
    }

    [Theory]
    [InlineData(Underlying, """{"product":"A","price":"1,000"}""", "price", "\"1,000\"")]
    [InlineData(Underlying, """{"product":"A"}""", "price", "")]
    [InlineData(Underlying, """{"product": ["A"],"price":1}""", "product", "[\"A\"]")]
    [InlineData(Chain, """{"product":"A","expiry":"soon"}""", "expiry", "\"soon\"")]
    [InlineData(Status, """{"market":"NSE","status":null}""", "status", "null")]
    public void A_fault_names_the_field_and_its_value(string channel, string text, string field, string found)
    {
        Assert.False(EnrichedMessage.TryRead(MessageKind.OnChannel(channel)!, Encoding.UTF8.GetBytes(text), Received, Limit, out _, out var fault));
        Assert.Equal((field, found), (fault.Field, Encoding.UTF8.GetString(fault.Found.Span)));
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_skipped()
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(GoodPrice[..^1] + ",\"x\":\""), 0xff, .. "\"}"u8];
        Assert.False(TryRead(Underlying, bytes, Limit, out _, out var reason));
        Assert.Equal(InvalidReason.Utf8, reason);
    }

    [Fact]
    public void A_message_exactly_at_the_limit_is_valid()
    {
        var text = GoodPrice.Replace("}", new string(' ', Limit - GoodPrice.Length) + "}");
        Assert.True(TryRead(Underlying, Encoding.UTF8.GetBytes(text), Limit, out _, out _));
        Assert.False(TryRead(Underlying, Encoding.UTF8.GetBytes(text), Limit - 1, out _, out _));
    }

    [Fact]
    public void Every_reason_has_its_published_name() => Assert.Equal(
        ["utf8", "json", "nan", "field", "symbol", "size"], Enum.GetValues<InvalidReason>().Select(reason => reason.Name()));

    [Fact]
    public void Mutated_messages_never_throw_and_what_is_valid_is_JSON()
    {
        var messages = new[] { GoodPrice, GoodChain }.Select(Encoding.UTF8.GetBytes).ToArray();
        Gen.Select(Gen.Int[0, 1], Gen.Select(Gen.Int[0, 400], Gen.Int[0, 3], Gen.Byte).Array[1, 6]).Sample((which, edits) =>
        {
            var bytes = messages[which].ToList();
            foreach (var (at, how, value) in edits)
            {
                var index = at % bytes.Count;
                if (how == 0) bytes[index] = value;
                else if (how == 1) bytes.Insert(index, value);
                else if (how == 2 && bytes.Count > 1) bytes.RemoveAt(index);
                else bytes.InsertRange(index, "\"{[NaN\\"u8[..(1 + value % 6)].ToArray());
            }

            var payload = bytes.ToArray();
            if (!TryRead(which == 0 ? Underlying : Chain, payload, Limit, out var message, out var reason))
            {
                Assert.NotEmpty(reason.Name());
                return;
            }

            using var document = JsonDocument.Parse(payload);
            Assert.Equal(message!.Key.Symbol, document.RootElement.GetProperty("product").GetString());
        }, iter: 20_000);
    }

    private static bool TryRead(string channel, byte[] payload, int limit, out EnrichedMessage? message, out InvalidReason reason)
    {
        var isValid = EnrichedMessage.TryRead(MessageKind.OnChannel(channel)!, payload, Received, limit, out message, out var fault);
        reason = fault.Reason;
        return isValid;
    }

    private static EnrichedMessage Read(string channel, string text) => Read(channel, Encoding.UTF8.GetBytes(text));

    private static EnrichedMessage Read(string channel, byte[] bytes)
    {
        Assert.True(TryRead(channel, bytes, Limit, out var message, out var reason), reason.ToString());
        return message!;
    }
}

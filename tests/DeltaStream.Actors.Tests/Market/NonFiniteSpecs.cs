using System.Text;
using System.Text.Json;
using CsCheck;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Market;

/// <summary>What becomes of NaN and Infinity, which Python writes where JSON has a value.</summary>
public class NonFiniteSpecs
{
    private const string Chain = """{"product":"A","expiry":"2026-11-26" """;

    // published, sent, path of the first repaired value
    public static TheoryData<string, string, string> Repairs => new()
    {
        { """,  "iv" : NaN }""", """,  "iv" : null }""", "iv" },
        { ""","a":Infinity,"b":-Infinity,"c":NaN}""", ""","a":null,"b":null,"c":null}""", "a" },
        { ""","calls":[{"iv":1},{"iv":2},{"x":[],"iv":NaN}]}""", ""","calls":[{"iv":1},{"iv":2},{"x":[],"iv":null}]}""", "calls[2].iv" },
        { ""","a":[[1,[2]],[3,[-Infinity]]]}""", ""","a":[[1,[2]],[3,[null]]]}""", "a[1][1][0]" },
        { ""","note":"NaN \" -Infinity \\","NaN":"Infinity","a":NaN}""", ""","note":"NaN \" -Infinity \\","NaN":"Infinity","a":null}""", "a" },
        { ""","spot_price":NaN,"timestamp":NaN}""", ""","spot_price":null,"timestamp":null}""", "spot_price" },
    };

    [Theory]
    [MemberData(nameof(Repairs))]
    public void NaN_and_Infinity_become_null_and_nothing_else_changes(string published, string sent, string path)
    {
        var message = Read(Chain + published);
        Assert.Equal(Chain + sent, Encoding.UTF8.GetString(message.Payload.Span));
        Assert.Equal(Read(Chain + sent).Hash, message.Hash);
        Assert.Equal(path, JsonPath.Of(message.Payload.Span, message.RepairedAt!.Value));
        Assert.Null(Read(Chain + sent).RepairedAt);
    }

    [Fact]
    public void The_summary_is_made_from_the_repaired_text() =>
        Assert.EndsWith("\"pcr_volume\":null}", Encoding.UTF8.GetString(Read(Chain + ""","pcr_volume":NaN}""").Summary().Span));

    [Theory]
    [InlineData(""","a":nan}""")]
    [InlineData(""","a":NAN}""")]
    [InlineData(""","a":-NaN}""")]
    [InlineData(""","a":+Infinity}""")]
    [InlineData(""","a":--Infinity}""")]
    [InlineData(""","a":Infinit}""")]
    [InlineData(""","a":1NaN}""")]
    [InlineData(""","a":NaN1}""")]
    [InlineData(""","a":NaNNaN}""")]
    [InlineData(""","a":[NaN NaN]}""")]
    [InlineData(""",NaN:1}""")]
    [InlineData(""","a":NaN""")]
    public void Text_that_is_not_JSON_for_another_reason_is_not_repaired(string published) => Assert.Equal(InvalidReason.Json, Fault(Chain + published).Reason);

    [Theory]
    [InlineData("""{"product":"A","price":NaN}""", InvalidReason.Field, "price", "NaN")]
    [InlineData("""{"a":[NaN],"product":"A","price":-Infinity,"b":NaN}""", InvalidReason.Field, "price", "-Infinity")]
    [InlineData("""{"a":NaN,"product":"A","price":[Infinity]}""", InvalidReason.Field, "price", "[Infinity]")]
    [InlineData("""{"product":NaN,"price":1}""", InvalidReason.Symbol, "product", "NaN")]
    public void NaN_in_a_required_field_is_reported_with_the_field_and_the_published_value(string published, InvalidReason reason, string field, string found)
    {
        Assert.False(EnrichedMessage.TryRead(MessageKind.Underlying, Encoding.UTF8.GetBytes(published), 0, 1_000, out _, out var fault));
        Assert.Equal((reason, field, found), (fault.Reason, fault.Field, Encoding.UTF8.GetString(fault.Found.Span)));
    }

    [Fact]
    public void If_NaN_is_to_be_skipped_the_fault_names_the_path()
    {
        var fault = Fault(Chain + ""","calls":[{"iv":-Infinity},{"iv":NaN}]}""", NonFiniteRule.Skip);
        Assert.Equal((InvalidReason.Nan, "calls[0].iv", "-Infinity"), (fault.Reason, fault.Field, Encoding.UTF8.GetString(fault.Found.Span)));
        Assert.Equal(InvalidReason.Json, Fault(Chain + ""","a":NaN""", NonFiniteRule.Skip).Reason);
    }

    [Fact]
    public void A_repaired_text_over_the_limit_is_skipped()
    {
        var text = Encoding.UTF8.GetBytes("""{"product":"A","price":1,"a":NaN}""");
        Assert.False(EnrichedMessage.TryRead(MessageKind.Underlying, text, 0, text.Length, out _, out var fault));
        Assert.Equal(InvalidReason.Size, fault.Reason);
        Assert.True(EnrichedMessage.TryRead(MessageKind.Underlying, text, 0, text.Length + 1, out _, out _));
    }

    /// <summary>JSON with marks in place of some values: with tokens it is repaired to what it is with nulls.</summary>
    [Fact]
    public void Whatever_stands_around_tokens_stays_as_it_is()
    {
        var values = Gen.Int[0, 9].Select(i => new[] { "1.50", "\"x\"", "\"NaN\\\"\"", "null", "[]", "{\"Infinity\":1}", "NaN", "Infinity", "-Infinity", "\"\\\\\"" }[i]);
        values.Array[1, 12].Sample(parts =>
        {
            var published = Chain + string.Concat(parts.Select((part, i) => $",\"m{i}\": {part} ")) + "}";
            var sent = Chain + string.Concat(parts.Select((part, i) => $",\"m{i}\": {(part is "NaN" or "Infinity" or "-Infinity" ? "null" : part)} ")) + "}";
            var message = Read(published);
            Assert.Equal(sent, Encoding.UTF8.GetString(message.Payload.Span));
            JsonDocument.Parse(message.Payload).Dispose();
            Assert.Equal(published == sent, message.RepairedAt is null);
        });
    }

    private static EnrichedMessage Read(string text)
    {
        Assert.True(EnrichedMessage.TryRead(MessageKind.Chain, Encoding.UTF8.GetBytes(text), 0, 10_000, out var message, out var fault), fault.ToString());
        return message!;
    }

    private static MessageFault Fault(string text, NonFiniteRule rule = NonFiniteRule.Null)
    {
        Assert.False(EnrichedMessage.TryRead(MessageKind.Chain, Encoding.UTF8.GetBytes(text), 0, 10_000, out _, out var fault, rule));
        return fault;
    }
}

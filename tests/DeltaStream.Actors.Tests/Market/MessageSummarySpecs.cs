using System.Text;
using System.Text.Json;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Market;

public class MessageSummarySpecs
{
    private const string Head = "\"product\":\"A\",\"expiry\":\"2026-11-26\"";
    private const string Named = "{" + Head + ",\"spot_price\":null,\"pcr_oi\":null,\"max_pain_strike\":null,\"atm_straddle_price\":null,\"timestamp\":null";

    [Fact]
    public void Values_are_the_published_bytes_and_absent_ones_null() => Expect(
        """{"calls":[{"product":"X"}],"puts":[],"timestamp": "2026-11-23T22:40:10", "product": "M\u0026M", "expiry": "2026-11-26", "spot_price": 2.150E4, "pcr_oi": 1.10, "max_pain_strike": 21650.00}""",
        """{"product":"M\u0026M","expiry":"2026-11-26","spot_price":2.150E4,"pcr_oi":1.10,"max_pain_strike":21650.00,"atm_straddle_price":null,"timestamp":"2026-11-23T22:40:10"}""");

    // further members of the chain, and what the summary has of them
    public static TheoryData<string, string, string> Further => new()
    {
        {
            "numbers, booleans, nulls and strings in their order",
            """, "pcr_volume" : 1.10e0, "calls":[1], "note":"a \u00e9 \" b", "open":true, "x":null, "closed": false """,
            ""","pcr_volume":1.10e0,"note":"a \u00e9 \" b","open":true,"x":null,"closed":false"""
        },
        { "no objects and no arrays", """, "a":{"b":1},"c":[2],"d":3""", ""","d":3""" },
        { "sides that are not arrays", """, "calls":null,"puts":0""", ""","calls":null,"puts":0""" },
        { "nothing of what is inside", """, "calls":[{"iv":1,"last":2}]""", "" },
        { "the last of duplicates at the place of the first", """, "a":1,"b":2,"a":3""", ""","a":3,"b":2""" },
        { "duplicates under an escape", """, "a":1,"b":2,"\u0061":3""", ""","a":3,"b":2""" },
        { "a duplicate that is not carried", """, "a":1,"b":2,"a":{},"c":4""", ""","b":2,"c":4""" },
        { "names with half a surrogate pair are different", """, "\ud800":1,"\ud801":2""", ""","\ud800":1,"\ud801":2""" },
    };

    [Theory]
    [MemberData(nameof(Further))]
    public void Further_members_that_are_short_are_carried_as_published(string name, string published, string carried)
    {
        Assert.NotEmpty(name);
        Expect("{" + Head + published + "}", Named + carried + "}");
    }

    [Fact]
    public void The_last_of_duplicates_of_a_named_field_counts() =>
        Expect("{" + Head + ",\"timestamp\":1,\"timestamp\":null}", Named + "}");

    [Theory]
    [InlineData("a", 256)]
    [InlineData("é", 128)]
    public void A_string_is_carried_up_to_256_bytes(string letter, int longest)
    {
        var text = string.Concat(Enumerable.Repeat(letter, longest));
        Expect($$"""{{{Head}},"x":"{{text}}","y":"{{text}}."}""", $$"""{{Named}},"x":"{{text}}"}""");
    }

    [Fact]
    public void The_first_32_further_members_are_carried()
    {
        var members = Enumerable.Range(1, 40).Select(i => $",\"m{i}\":{i}").ToArray();
        Expect("{" + Head + ",\"calls\":[]" + string.Concat(members) + "}", Named + string.Concat(members[..32]) + "}");
    }

    [Fact]
    public void The_platforms_chain_keeps_what_its_dashboard_reads()
    {
        var (_, chain) = RecordedFeed.Messages.First(message => message.Channel == MessageKind.Chain.Channel);
        Assert.True(MessageSummary.TryFrom(MessageKind.Chain, Encoding.UTF8.GetBytes(chain), out var bytes));
        using var summary = JsonDocument.Parse(bytes);
        using var whole = JsonDocument.Parse(chain);
        Assert.Equal(
            whole.RootElement.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Array).Select(member => (member.Name, member.Value.GetRawText())).Order(),
            summary.RootElement.EnumerateObject().Select(member => (member.Name, member.Value.GetRawText())).Order());
        Assert.True(summary.RootElement.TryGetProperty("pcr_volume", out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"product\":")]
    public void Only_an_object_has_a_summary(string text) => Assert.False(MessageSummary.TryFrom(MessageKind.Chain, Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void An_underlying_has_no_summary()
    {
        Assert.True(EnrichedMessage.TryRead(
            MessageKind.Underlying, """{"product":"A","price":1,"timestamp":"2026-11-23"}"""u8.ToArray(), 0, 1_000, out var message, out _));
        Assert.Throws<InvalidOperationException>(() => message!.Summary());
    }

    /// <summary>The publishing node and a node that reads the chain from the store make the same summary.</summary>
    private static void Expect(string chain, string summary)
    {
        Assert.True(MessageSummary.TryFrom(MessageKind.Chain, Encoding.UTF8.GetBytes(chain), out var restored));
        Assert.Equal(summary, Encoding.UTF8.GetString(restored.Span));
        Assert.True(EnrichedMessage.TryRead(MessageKind.Chain, Encoding.UTF8.GetBytes(chain), 0, 10_000, out var message, out _));
        Assert.Equal(summary, Encoding.UTF8.GetString(message!.Summary().Span));
    }
}

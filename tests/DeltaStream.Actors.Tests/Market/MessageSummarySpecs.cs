using System.Text;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Market;

public class MessageSummarySpecs
{
    [Fact]
    public void Values_are_the_published_bytes_and_absent_values_are_null()
    {
        const string chain = """{"calls":[{"product":"X"}],"puts":[],"timestamp": "2026-11-23T22:40:10", "product": "M\u0026M", "expiry": "2026-11-26", "spot_price": 2.150E4, "pcr_oi": 1.10, "max_pain_strike": 21650.00}""";
        const string summary = """{"product":"M\u0026M","expiry":"2026-11-26","spot_price":2.150E4,"pcr_oi":1.10,"max_pain_strike":21650.00,"atm_straddle_price":null,"timestamp":"2026-11-23T22:40:10"}""";

        Assert.True(MessageSummary.TryFrom(MessageKind.Chain, Encoding.UTF8.GetBytes(chain), out var restored));
        Assert.Equal(summary, Encoding.UTF8.GetString(restored.Span));
        Assert.True(EnrichedMessage.TryRead(MessageKind.Chain, Encoding.UTF8.GetBytes(chain), 0, 1_000, out var message, out _));
        Assert.Equal(summary, Encoding.UTF8.GetString(message!.Summary().Span));
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
}

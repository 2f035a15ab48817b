using CsCheck;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Market;

public class ExpirySpecs
{
    [Theory]
    [InlineData("2026-11-26")]
    [InlineData("2026-11-26T00:00:00")]
    [InlineData("2026-11-26T00:00:00Z")]
    [InlineData("2026-11-26T00:00:00.000+05:30")]
    [InlineData("2026-11-26 00:00:00")]
    [InlineData("26-Nov-2026")]
    [InlineData("26-NOV-2026")]
    [InlineData("26NOV2026")]
    [InlineData("26nov2026")]
    public void Every_form_is_the_same_expiry(string text)
    {
        Assert.True(Expiry.TryParse(text, out var expiry));
        Assert.Equal("2026-11-26", expiry);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("26")]
    [InlineData("2026-02-30")]
    [InlineData("2026-11-26T")]
    [InlineData("2026-11-26T09:15:00")]
    [InlineData("2026-11-26T00:00:00soon")]
    [InlineData("2026-11-26x00:00:00")]
    [InlineData("26-11-2026")]
    [InlineData("26/11/2026")]
    [InlineData("20261126")]
    [InlineData("31-Nov-2026")]
    [InlineData("00-Nov-2026")]
    [InlineData("26-Nov-26")]
    [InlineData("26-Nov2026")]
    [InlineData("26NOV-2026")]
    [InlineData("26-Nou-2026")]
    [InlineData("26ANF2026")]
    [InlineData("26NOV0000")]
    [InlineData("126NOV2026")]
    [InlineData("２６NOV2026")]
    public void Any_other_text_is_not_an_expiry(string text) => Assert.False(Expiry.TryParse(text, out _));

    [Fact]
    public void Every_date_is_read_in_every_form() => Gen.DateTime.Sample(time =>
    {
        foreach (var form in new[] { "yyyy-MM-dd", "yyyy-MM-ddT00:00:00", "dd-MMM-yyyy", "ddMMMyyyy", "d-MMM-yyyy" })
        {
            Assert.True(Expiry.TryParse(time.ToString(form), out var expiry), time.ToString(form));
            Assert.Equal(time.ToString("yyyy-MM-dd"), expiry);
            Assert.True(Expiry.IsValid(expiry));
        }
    });
}

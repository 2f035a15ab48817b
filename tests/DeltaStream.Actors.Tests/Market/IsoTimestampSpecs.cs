using CsCheck;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Market;

public class IsoTimestampSpecs
{
    [Theory]
    [InlineData("1970-01-01", 0)]
    [InlineData("1970-01-01T00:00", 0)]
    [InlineData("1970-01-01T00:00:01", 1_000_000)]
    [InlineData("1970-01-01 00:00:01.5", 1_500_000)]
    [InlineData("1970-01-01T00:00:00.123456789Z", 123_456)]
    [InlineData("1970-01-01T00:00:00,25", 250_000)]
    [InlineData("1970-01-01T05:30:00+05:30", 0)]
    [InlineData("1970-01-01T05:30:00+0530", 0)]
    [InlineData("1969-12-31T19:00:00-05", 0)]
    [InlineData("1970-01-01T00:00:60Z", 60_000_000)]
    public void Times_are_read_as_microseconds_since_1970(string text, long expected)
    {
        Assert.True(IsoTimestamp.TryParse(text, out var microseconds));
        Assert.Equal(expected, microseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("2026-11-2")]
    [InlineData("2026-13-01")]
    [InlineData("2026-02-29")]
    [InlineData("0000-01-01")]
    [InlineData("2026-11-23T")]
    [InlineData("2026-11-23T1:00")]
    [InlineData("2026-11-23T24:00")]
    [InlineData("2026-11-23T10:60")]
    [InlineData("2026-11-23T10:00:61")]
    [InlineData("2026-11-23T10:00:00.")]
    [InlineData("2026-11-23T10:00:00X")]
    [InlineData("2026-11-23T10:00:00+5")]
    [InlineData("2026-11-23T10:00:00+24:00")]
    [InlineData("2026-11-23T10:00:00+05:60")]
    [InlineData("2026-11-23T10:00:00+05-30")]
    [InlineData("２026-11-23")]
    public void Any_other_text_is_not_a_time(string text) => Assert.False(IsoTimestamp.TryParse(text, out _));

    [Fact]
    public void Every_time_that_dotnet_writes_is_read_back() => Gen.DateTimeOffset.Sample(time =>
    {
        Assert.True(IsoTimestamp.TryParse(time.ToString("yyyy-MM-ddTHH:mm:ss.ffffffzzz"), out var microseconds));
        Assert.Equal((time - DateTimeOffset.UnixEpoch).Ticks / 10, microseconds, tolerance: 1);
    }, iter: 5_000);
}

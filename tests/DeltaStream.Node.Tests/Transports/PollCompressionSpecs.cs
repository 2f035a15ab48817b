using DeltaStream.Node.Transports.Engine;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>Which clients get compressed responses to their polls.</summary>
public sealed class PollCompressionSpecs
{
    [Theory]
    [InlineData(true, "gzip")]
    [InlineData(true, "GZip")]
    [InlineData(true, "gzip, deflate, br, zstd")]
    [InlineData(true, "br", "gzip;q=0.5")]
    [InlineData(true, "*")]
    [InlineData(true, "*;q=0, gzip")]
    [InlineData(false, "gzip;q=0")]
    [InlineData(false, "gzip;q=0.000, *")]
    [InlineData(false, "*;q=0")]
    [InlineData(false, "br, deflate")]
    [InlineData(false, "identity")]
    [InlineData(false, "")]
    [InlineData(false, "gzip;q=")]
    [InlineData(false)]
    public void A_client_says_whether_it_accepts_gzip(bool accepts, params string[] header) => Assert.Equal(accepts, PollCompression.Accepts(header));
}

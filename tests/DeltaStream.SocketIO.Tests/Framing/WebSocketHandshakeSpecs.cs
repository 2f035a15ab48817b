using DeltaStream.SocketIO.Framing;

namespace DeltaStream.SocketIO.Tests.Framing;

public sealed class WebSocketHandshakeSpecs
{
    [Fact]
    public void The_RFCs_own_key_is_accepted()
    {
        Assert.True(WebSocketHandshake.TryAccept("dGhlIHNhbXBsZSBub25jZQ==", out var accept));
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", accept);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ")]
    [InlineData("dGhlIHNhbXBsZSBub25jZSE=")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==dGhlIHNhbXBsZSBub25jZQ==")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!==")]
    [InlineData("éGhlIHNhbXBsZSBub25jZQ==")]
    public void A_key_that_is_not_the_base64_of_sixteen_bytes_is_refused(string? key) =>
        Assert.False(WebSocketHandshake.TryAccept(key, out _));
}

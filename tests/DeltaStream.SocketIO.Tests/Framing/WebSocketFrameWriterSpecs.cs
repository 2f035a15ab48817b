using DeltaStream.SocketIO.Framing;

namespace DeltaStream.SocketIO.Tests.Framing;

public sealed class WebSocketFrameWriterSpecs
{
    [Theory]
    [InlineData(0, "8100")]
    [InlineData(125, "817d")]
    [InlineData(126, "817e007e")]
    [InlineData(65_535, "817effff")]
    [InlineData(65_536, "817f0000000000010000")]
    public void A_header_is_as_short_as_it_can_be_and_not_masked(int length, string header)
    {
        var frame = WebSocketFrameWriter.Text(new byte[length]);
        Assert.Equal(header, Convert.ToHexStringLower(frame.AsSpan(0, frame.Length - length)));
        Assert.Equal(length, frame.Payload().Length);
    }

    [Fact]
    public void Each_kind_of_frame_has_its_opcode()
    {
        Assert.Equal("810161", Hex(WebSocketFrameWriter.Text("a"u8)));
        Assert.Equal("820161", Hex(WebSocketFrameWriter.Binary("a"u8)));
        Assert.Equal("890161", Hex(WebSocketFrameWriter.Ping("a"u8)));
        Assert.Equal("8a0161", Hex(WebSocketFrameWriter.Pong("a"u8)));
        Assert.Equal("8a7d", Hex(WebSocketFrameWriter.Pong(new byte[200]))[..4]);
    }

    [Theory]
    [InlineData(1000, "", "880203e8")]
    [InlineData(4008, "slow", "88060fa8736c6f77")]
    [InlineData(1005, "ignored", "8800")]
    [InlineData(1006, "ignored", "8800")]
    public void A_close_frame_holds_its_code_and_reason(int code, string reason, string frame) =>
        Assert.Equal(frame, Hex(WebSocketFrameWriter.Close(code, reason)));

    [Fact]
    public void A_long_close_reason_is_cut_between_two_characters()
    {
        var frame = WebSocketFrameWriter.Close(1000, new string('€', 100));
        Assert.Equal(new string('€', 41), frame.Payload()[2..].Text());
    }

    private static string Hex(byte[] frame) => Convert.ToHexStringLower(frame);
}

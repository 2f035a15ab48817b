using DeltaStream.SocketIO.Framing;

namespace DeltaStream.SocketIO.Tests;

public sealed class SocketFramesSpecs
{
    public static readonly TheoryData<string, byte[]> Frames = new()
    {
        { """42["a"]""", SocketFrames.Event("a", default) },
        { """42["a",{"x":1.50}]""", SocketFrames.Event("a", """{"x":1.50}"""u8) },
        { """42["a",1,2]""", SocketFrames.Event("a", "1,2"u8) },
        { """42["a \"b\" \\ \n €",1]""", SocketFrames.Event("a \"b\" \\ \n €", "1"u8) },
        { """42/custom,["a",1]""", SocketFrames.Event("a", "1"u8, "/custom") },
        { """42/größe,["a",1]""", SocketFrames.Event("a", "1"u8, "/größe") },
        { """452-["a",{},{}]""", SocketFrames.BinaryEvent("a", "{},{}"u8, 2) },
        { """451-/custom,["a",{}]""", SocketFrames.BinaryEvent("a", "{}"u8, 1, "/custom") },
        { """430[]""", SocketFrames.Ack("0"u8, default) },
        { """4312["ok",{}]""", SocketFrames.Ack("12"u8, "\"ok\",{}"u8) },
        { """43/custom,1[2]""", SocketFrames.Ack("1"u8, "2"u8, "/custom") },
        { """461-7[{}]""", SocketFrames.BinaryAck("7"u8, "{}"u8, 1) },
        { """461-/custom,7[{}]""", SocketFrames.BinaryAck("7"u8, "{}"u8, 1, "/custom") },
        { """40{"sid":"s1"}""", SocketFrames.Connected("s1") },
        { """40{"sid":"s1","pid":"p1"}""", SocketFrames.Connected("s1", "p1") },
        { """40/custom,{"sid":"s1"}""", SocketFrames.Connected("s1", ns: "/custom") },
        { """44{"message":"No"}""", SocketFrames.ConnectError("No") },
        { """44{"message":"No","data":{"a":1}}""", SocketFrames.ConnectError("No", """{"a":1}"""u8) },
        { """44/random,{"message":"Invalid namespace"}""", SocketFrames.ConnectError("Invalid namespace", default, "/random") },
        { "41", SocketFrames.Disconnect() },
        { "41/custom,", SocketFrames.Disconnect("/custom") },
    };

    [Theory]
    [MemberData(nameof(Frames))]
    public void A_frame_is_a_header_and_the_packet(string wire, byte[] frame)
    {
        Assert.Equal(wire, frame.Payload().Text());
        Assert.False(WebSocketFrameWriter.IsBinary(frame));
        Assert.Equal(0x81, frame[0]);
        Assert.Equal(WebSocketFrameWriter.HeaderLength(frame.Payload().Length), frame.Length - frame.Payload().Length);
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public void A_written_frame_reads_back(string wire, byte[] frame)
    {
        Assert.True(SocketPacketCodec.TryParse(frame.Payload()[1..], out var packet, out _), wire);
        Assert.Equal(wire[1], (char)('0' + (int)packet.Type));
    }

    [Fact]
    public void An_attachment_is_a_binary_frame() =>
        Assert.Equal([0x82, 2, 1, 2], SocketFrames.Attachment([1, 2]));

    [Fact]
    public void A_lone_surrogate_in_a_name_is_replaced() =>
        Assert.Equal("42[\"\uFFFD\"]", SocketFrames.Event("\ud800", default).Payload().Text());
}

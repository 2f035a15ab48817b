using DeltaStream.SocketIO.Engine;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.SocketIO.Tests.Engine;

public sealed class EnginePacketSpecs
{
    public static readonly TheoryData<string, EnginePacketType, string> Text = new()
    {
        { "0{}", EnginePacketType.Open, "{}" },
        { "1", EnginePacketType.Close, "" },
        { "2probe", EnginePacketType.Ping, "probe" },
        { "3probe", EnginePacketType.Pong, "probe" },
        { "4", EnginePacketType.Message, "" },
        { "42[\"price\",1]", EnginePacketType.Message, "2[\"price\",1]" },
        { "4€😀", EnginePacketType.Message, "€😀" },
        { "5", EnginePacketType.Upgrade, "" },
        { "6", EnginePacketType.Noop, "" },
    };

    [Theory]
    [MemberData(nameof(Text))]
    public void A_text_packet_reads_and_writes_the_same(string wire, EnginePacketType type, string data)
    {
        Assert.True(EnginePacketCodec.TryParseText(wire.Utf8(), out var packet));
        Assert.Equal((type, data, false), (packet.Type, packet.Data.Text(), packet.IsBinary));
        Assert.Equal(wire, EnginePacketCodec.ToFrame(packet).Payload().Text());
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("b")]
    [InlineData("/")]
    [InlineData(":")]
    [InlineData(" 4")]
    [InlineData("٤")]
    public void Text_that_does_not_begin_with_a_type_is_not_a_packet(string wire) =>
        Assert.False(EnginePacketCodec.TryParseText(wire.Utf8(), out _));

    [Fact]
    public void A_text_packet_is_a_view_of_the_bytes_that_were_read()
    {
        var wire = "4hello"u8.ToArray();
        EnginePacketCodec.TryParseText(wire, out var packet);
        wire[1] = (byte)'j';
        Assert.Equal("jello", packet.Data.Text());
    }

    [Fact]
    public void A_binary_packet_is_the_content_of_a_binary_frame()
    {
        var frame = EnginePacketCodec.ToFrame(EnginePacket.Binary(new byte[] { 4, 0, 255 }));
        Assert.True(WebSocketFrameWriter.IsBinary(frame));
        Assert.Equal([0x82, 3, 4, 0, 255], frame);
    }

    [Theory]
    [InlineData("2probe", true)]
    [InlineData("2", false)]
    [InlineData("2probe ", false)]
    public void A_probe_is_known_by_its_data(string wire, bool isProbe)
    {
        EnginePacketCodec.TryParseText(wire.Utf8(), out var packet);
        Assert.Equal(isProbe, packet.IsProbe);
    }
}

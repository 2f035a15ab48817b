using System.Buffers;
using DeltaStream.SocketIO.Engine;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.SocketIO.Tests.Engine;

public sealed class PollingPayloadSpecs
{
    /// <summary>A payload and its packets; a binary one is written <c>bin:</c> and hexadecimal digits.</summary>
    public static readonly TheoryData<string, string[]> Payloads = new()
    {
        { "4hello", ["4hello"] },
        { "4hello\x1e" + "4€", ["4hello", "4€"] },
        { "2\x1e" + "4test\x1e" + "6", ["2", "4test", "6"] },
        { "4\x1e" + "4", ["4", "4"] },
        { "bAQIDBA==", ["bin:01020304"] },
        { "b", ["bin:"] },
        { "4a\x1e" + "bAA==\x1e" + "4b", ["4a", "bin:00", "4b"] },
    };

    [Theory]
    [MemberData(nameof(Payloads))]
    public void A_payload_reads_as_its_packets(string payload, string[] packets)
    {
        var (read, status) = ReadAll(payload.Utf8());
        Assert.Equal(packets, read.Select(Show));
        Assert.Equal(PollingReadStatus.End, status);
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Packets_write_as_their_payload(string payload, string[] packets)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new PollingPayloadWriter(output);
        foreach (var packet in packets) Assert.True(writer.TryAppend(Make(packet)));
        Assert.Equal(payload, output.WrittenMemory.Text());
        Assert.Equal(packets.Length, writer.Count);
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Frames_write_as_a_payload_without_their_headers(string payload, string[] packets)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new PollingPayloadWriter(output);
        var frames = packets.Select(packet => EnginePacketCodec.ToFrame(Make(packet))).ToArray();
        foreach (var frame in frames) Assert.True(writer.TryAppendFrame(frame));
        Assert.Equal(payload, output.WrittenMemory.Text());
        Assert.Equal(output.WrittenCount, frames.Sum(frame => PollingPayloadWriter.LengthOf(frame)) + frames.Length - 1);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("abc", 0)]
    [InlineData("7", 0)]
    [InlineData("\x1e", 0)]
    [InlineData("4a\x1e", 1)]
    [InlineData("4a\x1e\x1e" + "4b", 1)]
    [InlineData("4a\x1e" + "9", 1)]
    [InlineData("bAQI", 0)]
    [InlineData("bAQ=", 0)]
    [InlineData("bA€==", 0)]
    [InlineData("b====", 0)]
    public void A_malformed_packet_ends_the_reading_after_the_valid_packets(string payload, int good)
    {
        var (read, status) = ReadAll(payload.Utf8());
        Assert.Equal((good, PollingReadStatus.Malformed), (read.Count, status));
    }

    [Fact]
    public void Text_that_is_not_utf8_is_malformed() =>
        Assert.Equal(PollingReadStatus.Malformed, ReadAll(new byte[] { (byte)'4', 0xff }).Status);

    [Fact]
    public void Nothing_is_read_after_the_end()
    {
        var reader = new PollingPayloadReader("4\x1e!\x1e4".Utf8());
        Assert.Equal(PollingReadStatus.Packet, reader.Read(out _));
        Assert.Equal(PollingReadStatus.Malformed, reader.Read(out _));
        Assert.Equal(PollingReadStatus.End, reader.Read(out _));
    }

    [Fact]
    public void A_response_holds_sixteen_packets_and_no_more()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new PollingPayloadWriter(output);
        for (var i = 0; i < 16; i++) Assert.True(writer.TryAppendText("4x"u8));
        var full = output.WrittenCount;
        Assert.False(writer.TryAppendText("4x"u8));
        Assert.False(writer.TryAppendBinary([1]));
        Assert.False(writer.TryAppend(EnginePacket.Of(EnginePacketType.Noop)));
        Assert.False(writer.TryAppendFrame(WebSocketFrameWriter.Text("4x"u8)));
        Assert.Equal((16, full), (writer.Count, output.WrittenCount));
    }

    private static (List<EnginePacket> Packets, PollingReadStatus Status) ReadAll(ReadOnlyMemory<byte> body)
    {
        var packets = new List<EnginePacket>();
        var reader = new PollingPayloadReader(body);
        PollingReadStatus status;
        while ((status = reader.Read(out var packet)) == PollingReadStatus.Packet) packets.Add(packet);
        return (packets, status);
    }

    private static string Show(EnginePacket packet) =>
        packet.IsBinary ? "bin:" + Convert.ToHexStringLower(packet.Data.Span) : $"{(int)packet.Type}{packet.Data.Text()}";

    private static EnginePacket Make(string shown) => shown.StartsWith("bin:", StringComparison.Ordinal)
        ? EnginePacket.Binary(Convert.FromHexString(shown[4..]))
        : new EnginePacket((EnginePacketType)(shown[0] - '0'), shown[1..].Utf8(), false);
}

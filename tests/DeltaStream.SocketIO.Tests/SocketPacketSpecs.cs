namespace DeltaStream.SocketIO.Tests;

public sealed class SocketPacketSpecs
{
    public static readonly TheoryData<string, SocketPacketType, string, string, string, int> Good = new()
    {
        { "0", SocketPacketType.Connect, "/", "none", "", 0 },
        { "0{}", SocketPacketType.Connect, "/", "none", "{}", 0 },
        { """0{"token":"123"}""", SocketPacketType.Connect, "/", "none", """{"token":"123"}""", 0 },
        { "0/custom", SocketPacketType.Connect, "/custom", "none", "", 0 },
        { "0/custom,", SocketPacketType.Connect, "/custom", "none", "", 0 },
        { """0/custom,{"a":1}""", SocketPacketType.Connect, "/custom", "none", """{"a":1}""", 0 },
        { "0/a/b?c=d,{}", SocketPacketType.Connect, "/a/b?c=d", "none", "{}", 0 },
        { "0/", SocketPacketType.Connect, "/", "none", "", 0 },
        { "0/,{}", SocketPacketType.Connect, "/", "none", "{}", 0 },
        { """0{"a":1,"a":2}""", SocketPacketType.Connect, "/", "none", """{"a":1,"a":2}""", 0 },
        { """0{"\ud800":"\udfff"}""", SocketPacketType.Connect, "/", "none", """{"\ud800":"\udfff"}""", 0 },
        { "1", SocketPacketType.Disconnect, "/", "none", "", 0 },
        { "1/custom,", SocketPacketType.Disconnect, "/custom", "none", "", 0 },
        { """2["a"]""", SocketPacketType.Event, "/", "none", """["a"]""", 0 },
        { """20["a"]""", SocketPacketType.Event, "/", "0", """["a"]""", 0 },
        { """2456["a",1,{"b":[]}]""", SocketPacketType.Event, "/", "456", """["a",1,{"b":[]}]""", 0 },
        { """2007["a"]""", SocketPacketType.Event, "/", "7", """["a"]""", 0 },
        { """2000["a"]""", SocketPacketType.Event, "/", "0", """["a"]""", 0 },
        { """218446744073709551615["a"]""", SocketPacketType.Event, "/", "18446744073709551615", """["a"]""", 0 },
        { """2/admin,12["a"]""", SocketPacketType.Event, "/admin", "12", """["a"]""", 0 },
        { """2[ "a" ] """, SocketPacketType.Event, "/", "none", """[ "a" ] """, 0 },
        { "31[]", SocketPacketType.Ack, "/", "1", "[]", 0 },
        { "3[]", SocketPacketType.Ack, "/", "none", "[]", 0 },
        { """3/custom,0["x"]""", SocketPacketType.Ack, "/custom", "0", """["x"]""", 0 },
        { """4{"message":"no"}""", SocketPacketType.ConnectError, "/", "none", """{"message":"no"}""", 0 },
        { "4\"no\"", SocketPacketType.ConnectError, "/", "none", "\"no\"", 0 },
        { """50-["a"]""", SocketPacketType.BinaryEvent, "/", "none", """["a"]""", 0 },
        { """51-["a",{"_placeholder":true,"num":0}]""", SocketPacketType.BinaryEvent, "/", "none", """["a",{"_placeholder":true,"num":0}]""", 1 },
        { """510-/custom,3["a"]""", SocketPacketType.BinaryEvent, "/custom", "3", """["a"]""", 10 },
        { """5002-["a"]""", SocketPacketType.BinaryEvent, "/", "none", """["a"]""", 2 },
        { """61-/custom,7[{"_placeholder":true,"num":0}]""", SocketPacketType.BinaryAck, "/custom", "7", """[{"_placeholder":true,"num":0}]""", 1 },
    };

    public static readonly TheoryData<string, SocketParseError> Bad = new()
    {
        { "", SocketParseError.UnknownType },
        { "7", SocketParseError.UnknownType },
        { "abc", SocketParseError.UnknownType },
        { "/", SocketParseError.UnknownType },
        { "٢[\"a\"]", SocketParseError.UnknownType },
        { """5["a"]""", SocketParseError.MalformedAttachments },
        { """5-["a"]""", SocketParseError.MalformedAttachments },
        { "51", SocketParseError.MalformedAttachments },
        { """51["a"]""", SocketParseError.MalformedAttachments },
        { """5-1-["a"]""", SocketParseError.MalformedAttachments },
        { """51.5-["a"]""", SocketParseError.MalformedAttachments },
        { """5/custom,1-["a"]""", SocketParseError.MalformedAttachments },
        { """511-["a"]""", SocketParseError.TooManyAttachments },
        { """54294967297-["a"]""", SocketParseError.TooManyAttachments },
        { "6999999999999999999999-[]", SocketParseError.TooManyAttachments },
        { """2abc["a"]""", SocketParseError.MalformedAckId },
        { """2-1["a"]""", SocketParseError.MalformedAckId },
        { """21.5["a"]""", SocketParseError.MalformedAckId },
        { """2 1["a"]""", SocketParseError.MalformedAckId },
        { """2184467440737095516150["a"]""", SocketParseError.MalformedAckId },
        { """2custom,["a"]""", SocketParseError.MalformedAckId },
        { "2null", SocketParseError.MalformedAckId },
        { "2", SocketParseError.MalformedPayload },
        { "21", SocketParseError.MalformedPayload },
        { "2[]", SocketParseError.MalformedPayload },
        { "2{}", SocketParseError.MalformedPayload },
        { "2\"a\"", SocketParseError.MalformedPayload },
        { "2[null]", SocketParseError.MalformedPayload },
        { "2[[]]", SocketParseError.MalformedPayload },
        { "2[{}]", SocketParseError.MalformedPayload },
        { "2[true]", SocketParseError.MalformedPayload },
        { "2[\"a\"", SocketParseError.MalformedPayload },
        { "2[\"a\",]", SocketParseError.MalformedPayload },
        { "2[\"a\"]]", SocketParseError.MalformedPayload },
        { "2[\"a\"][]", SocketParseError.MalformedPayload },
        { "2[\"a\",NaN]", SocketParseError.MalformedPayload },
        { "2[\"a\",01]", SocketParseError.MalformedPayload },
        { "2['a']", SocketParseError.MalformedPayload },
        { "2[\"a\\x\"]", SocketParseError.MalformedPayload },
        { "2[\"a\"/**/]", SocketParseError.MalformedPayload },
        { """2["connect"]""", SocketParseError.ReservedEvent },
        { """2["connect_error",1]""", SocketParseError.ReservedEvent },
        { """2["disconnect"]""", SocketParseError.ReservedEvent },
        { """2["disconnecting"]""", SocketParseError.ReservedEvent },
        { """2["newListener"]""", SocketParseError.ReservedEvent },
        { """2["removeListener"]""", SocketParseError.ReservedEvent },
        { """2["\u0063onnect"]""", SocketParseError.ReservedEvent },
        { """50-["disconnect"]""", SocketParseError.ReservedEvent },
        { """2["disconnect" """, SocketParseError.MalformedPayload },
        { "3", SocketParseError.MalformedPayload },
        { "31", SocketParseError.MalformedPayload },
        { "31{}", SocketParseError.MalformedPayload },
        { "31[}", SocketParseError.MalformedPayload },
        { "0[]", SocketParseError.MalformedPayload },
        { "0\"a\"", SocketParseError.MalformedPayload },
        { "0{", SocketParseError.MalformedPayload },
        { "0{}{}", SocketParseError.MalformedPayload },
        { "0null", SocketParseError.MalformedAckId },
        { "1{}", SocketParseError.MalformedPayload },
        { "1/custom,[]", SocketParseError.MalformedPayload },
        { "4", SocketParseError.MalformedPayload },
        { "4[]", SocketParseError.MalformedPayload },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void A_packet_reads_as_its_parts(string wire, SocketPacketType type, string ns, string ackId, string data, int attachments)
    {
        Assert.True(SocketPacketCodec.TryParse(wire.Utf8(), out var packet, out var error));
        Assert.Equal(SocketParseError.None, error);
        Assert.Equal(
            (type, ns, ackId, data, attachments),
            (packet.Type, packet.Namespace, packet.AckId.Text(), packet.Data.Text(), packet.Attachments));
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void Text_that_is_not_a_packet_gives_its_reason(string wire, SocketParseError expected)
    {
        Assert.False(SocketPacketCodec.TryParse(wire.Utf8(), out _, out var error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData(62, SocketParseError.None)]
    [InlineData(63, SocketParseError.None)]
    [InlineData(64, SocketParseError.MalformedPayload)]
    [InlineData(500_000, SocketParseError.MalformedPayload)]
    public void Nesting_has_a_limit(int depth, SocketParseError expected)
    {
        var wire = "2[\"a\"," + new string('[', depth) + new string(']', depth) + "]";
        SocketPacketCodec.TryParse(wire.Utf8(), out _, out var error);
        Assert.Equal(expected, error);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_never_throw()
    {
        Assert.True(SocketPacketCodec.TryParse(new byte[] { (byte)'0', (byte)'/', 0xff, 0xfe }, out _, out _));
        Assert.True(SocketPacketCodec.TryParse(new byte[] { (byte)'2', (byte)'[', (byte)'"', 0xff, (byte)'"', (byte)']' }, out _, out _));
        Assert.False(SocketPacketCodec.TryParse(new byte[] { (byte)'2', 0xff }, out _, out _));
    }
}

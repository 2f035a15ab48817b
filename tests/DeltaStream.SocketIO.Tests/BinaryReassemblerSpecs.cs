namespace DeltaStream.SocketIO.Tests;

public sealed class BinaryReassemblerSpecs
{
    private readonly BinaryReassembler _reassembler = new();

    [Fact]
    public void A_packet_is_whole_with_its_last_attachment()
    {
        Assert.Equal(SocketParseError.None, Begin("""52-/custom,7["a",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]""", out var message));
        Assert.Null(message);
        Assert.True(_reassembler.IsPending);
        Assert.Equal(SocketParseError.None, _reassembler.Add(new byte[] { 1 }, out message));
        Assert.Null(message);
        Assert.Equal(SocketParseError.None, _reassembler.Add(new byte[] { 2 }, out message));
        Assert.False(_reassembler.IsPending);
        Assert.Equal(("/custom", "7", "a"), (message!.Header.Namespace, message.Header.AckId.Text(), message.Header.Event.Name));
        Assert.Equal([[1], [2]], message.Attachments.Select(one => one.ToArray()));
    }

    [Fact]
    public void A_packet_without_attachments_is_whole_at_once()
    {
        Assert.Equal(SocketParseError.None, Begin("""60-1[]""", out var message));
        Assert.NotNull(message);
        Assert.Empty(message.Attachments);
        Assert.False(_reassembler.IsPending);
    }

    [Fact]
    public void An_event_without_an_ack_id_keeps_having_none()
    {
        Begin("""50-["a"]""", out var message);
        Assert.Null(message!.Header.AckId);
    }

    [Fact]
    public void The_reassembler_keeps_copies()
    {
        var wire = """51-3["a",{"_placeholder":true,"num":0}]"""u8.ToArray();
        var attachment = new byte[] { 1 };
        Assert.True(SocketPacketCodec.TryParse(wire, out var header, out _));
        _reassembler.Begin(header, out _);
        Array.Clear(wire);
        _reassembler.Add(attachment, out var message);
        Array.Clear(attachment);
        Assert.Equal(("3", """{"_placeholder":true,"num":0}"""), (message!.Header.AckId.Text(), message.Header.Event.Arguments.Text()));
        Assert.Equal([1], message.Attachments[0].ToArray());
    }

    [Theory]
    [InlineData("""51-["a",{"_placeholder":true,"num":1}]""", SocketParseError.PlaceholderOutOfRange)]
    [InlineData("""51-["a",{"_placeholder":true,"num":-1}]""", SocketParseError.PlaceholderOutOfRange)]
    [InlineData("""51-["a",{"_placeholder":true,"num":0.5}]""", SocketParseError.PlaceholderOutOfRange)]
    [InlineData("""51-["a",{"_placeholder":true,"num":"0"}]""", SocketParseError.PlaceholderOutOfRange)]
    [InlineData("""51-["a",{"_placeholder":true,"num":99999999999}]""", SocketParseError.PlaceholderOutOfRange)]
    [InlineData("""51-["a",{"_placeholder":true}]""", SocketParseError.PlaceholderOutOfRange)]
    [InlineData("""50-["a",{"_placeholder":true,"num":0}]""", SocketParseError.PlaceholderOutOfRange)]
    [InlineData("""51-["a",{"_placeholder":true,"num":0,"num":7}]""", SocketParseError.PlaceholderOutOfRange)]
    [InlineData("""51-["a",[{"x":{"_placeholder":true,"num":1}}]]""", SocketParseError.PlaceholderOutOfRange)]
    [InlineData("""51-["a",{"x":{"_placeholder":true,"num":0},"_placeholder":true,"num":3}]""", SocketParseError.PlaceholderOutOfRange)]
    [InlineData("""51-["a",{"\u005fplaceholder":true,"num":3}]""", SocketParseError.PlaceholderOutOfRange)]
    [InlineData("""51-["a",{"num":0,"_placeholder":true}]""", SocketParseError.None)]
    [InlineData("""51-["a",{"_placeholder":true,"num":7,"num":0}]""", SocketParseError.None)]
    [InlineData("""51-["a",{"_placeholder":false,"num":7}]""", SocketParseError.None)]
    [InlineData("""51-["a",{"_placeholder":"true","num":7}]""", SocketParseError.None)]
    [InlineData("""51-["a",{"num":7,"\ud800":1}]""", SocketParseError.None)]
    [InlineData("""51-["a",{"_placeholder":{"num":7}}]""", SocketParseError.None)]
    [InlineData("""51-["a",{"_placeholder":true,"num":0},{"num":9}]""", SocketParseError.None)]
    [InlineData("""51-["a"]""", SocketParseError.None)]
    public void Each_placeholder_stands_for_an_announced_attachment(string wire, SocketParseError expected)
    {
        Assert.Equal(expected, Begin(wire, out _));
        Assert.Equal(expected == SocketParseError.None, _reassembler.IsPending);
    }

    [Fact]
    public void A_placeholder_as_deep_as_json_may_be_is_seen()
    {
        var open = string.Concat(Enumerable.Repeat("{\"x\":", 62));
        var wire = $$"""51-["a",{{open}}{"_placeholder":true,"num":1}{{new string('}', 62)}}]""";
        Assert.Equal(SocketParseError.PlaceholderOutOfRange, Begin(wire, out _));
    }

    [Fact]
    public void Binary_data_without_a_header_is_refused() =>
        Assert.Equal(SocketParseError.UnexpectedBinary, _reassembler.Add(new byte[] { 1 }, out _));

    [Fact]
    public void A_second_header_while_attachments_are_pending_is_refused()
    {
        Begin("""51-["a"]""", out _);
        Assert.Equal(SocketParseError.UnexpectedText, Begin("""51-["a"]""", out _));
    }

    [Fact]
    public void Only_a_binary_packet_has_attachments()
    {
        SocketPacketCodec.TryParse("""2["a"]""".Utf8(), out var header, out _);
        Assert.Throws<ArgumentException>(() => _reassembler.Begin(header, out _));
    }

    private SocketParseError Begin(string wire, out BinaryMessage? message)
    {
        Assert.True(SocketPacketCodec.TryParse(wire.Utf8(), out var header, out _));
        return _reassembler.Begin(header, out message);
    }
}

using System.Buffers;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.SocketIO.Tests.Framing;

public sealed class WebSocketFrameReaderSpecs
{
    private const int Limit = 100_000;

    // By name, for the runner prints what it is given.
    private static readonly Dictionary<string, (byte[] Bytes, string[] Messages)> Good = new()
    {
        ["the RFC's own example"] = ([0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58], ["Text:48656c6c6f"]),
        ["empty text"] = (ClientFrame.Text(""), ["Text:"]),
        ["empty binary"] = (ClientFrame.Make(WebSocketOpcode.Binary, []), ["Binary:"]),
        ["125 bytes"] = (ClientFrame.Make(WebSocketOpcode.Binary, new byte[125]), ["Binary:" + new string('0', 250)]),
        ["126 bytes"] = (ClientFrame.Make(WebSocketOpcode.Binary, new byte[126]), ["Binary:" + new string('0', 252)]),
        ["65,535 bytes"] = (ClientFrame.Make(WebSocketOpcode.Binary, new byte[65_535]), ["Binary:" + new string('0', 131_070)]),
        ["65,536 bytes"] = (ClientFrame.Make(WebSocketOpcode.Binary, new byte[65_536]), ["Binary:" + new string('0', 131_072)]),
        ["the limit"] = (ClientFrame.Make(WebSocketOpcode.Binary, new byte[Limit]), ["Binary:" + new string('0', 2 * Limit)]),
        ["ping"] = (ClientFrame.Make(WebSocketOpcode.Ping, [1, 2]), ["Ping:0102"]),
        ["two pings"] = ([.. ClientFrame.Make(WebSocketOpcode.Ping, [1]), .. ClientFrame.Make(WebSocketOpcode.Ping, [2])], ["Ping:01", "Ping:02"]),
        ["pong of 125 bytes"] = (ClientFrame.Make(WebSocketOpcode.Pong, new byte[125]), ["Pong:" + new string('0', 250)]),
        ["close without a code"] = (ClientFrame.Make(WebSocketOpcode.Close, []), ["Close:"]),
        ["close"] = (ClientFrame.Make(WebSocketOpcode.Close, [0x03, 0xe8, 0x6f, 0x6b]), ["Close:03e86f6b"]),
        ["two messages"] = ([.. ClientFrame.Text("a"), .. ClientFrame.Text("b")], ["Text:61", "Text:62"]),
        ["three fragments"] = ([.. ClientFrame.Text("a", false), .. ClientFrame.Continuation("b", false), .. ClientFrame.Continuation("c")], ["Text:616263"]),
        ["empty fragments"] = ([.. ClientFrame.Text("", false), .. ClientFrame.Continuation("", false), .. ClientFrame.Continuation("")], ["Text:"]),
        ["a ping between fragments"] = ([.. ClientFrame.Text("a", false), .. ClientFrame.Make(WebSocketOpcode.Ping, [9]), .. ClientFrame.Continuation("c")], ["Ping:09", "Text:6163"]),
        ["a character over two fragments"] = ([.. ClientFrame.Make(WebSocketOpcode.Text, [0xe2], false), .. ClientFrame.Make(WebSocketOpcode.Continuation, [0x82, 0xac])], ["Text:e282ac"]),
        ["a message behind a fragmented one"] = ([.. ClientFrame.Text("a", false), .. ClientFrame.Continuation("b"), .. ClientFrame.Text("c")], ["Text:6162", "Text:63"]),
        ["binary that is no UTF-8"] = (ClientFrame.Make(WebSocketOpcode.Binary, [0xff]), ["Binary:ff"]),
    };

    private static readonly Dictionary<string, (byte[] Bytes, int CloseCode, string Reason)> Bad = new()
    {
        ["not masked"] = ([0x81, 0x01, 0x61], 1002, "frame not masked"),
        ["RSV1"] = ([0xc1, 0x80], 1002, "reserved bits set"),
        ["RSV2"] = ([0xa1, 0x80], 1002, "reserved bits set"),
        ["RSV3"] = ([0x91, 0x80], 1002, "reserved bits set"),
        ["opcode 3"] = ([0x83, 0x80], 1002, "unknown opcode"),
        ["opcode 7"] = ([0x87, 0x80], 1002, "unknown opcode"),
        ["opcode B"] = ([0x8b, 0x80], 1002, "unknown opcode"),
        ["fragmented ping"] = ([0x09, 0x80], 1002, "bad control frame"),
        ["ping over 125 bytes"] = ([0x89, 0xfe], 1002, "bad control frame"),
        ["continuation of nothing"] = (ClientFrame.Continuation("a"), 1002, "bad fragment"),
        ["text within a fragmented message"] = ([.. ClientFrame.Text("a", false), .. ClientFrame.Text("b")], 1002, "bad fragment"),
        ["a length of 125 in 16 bits"] = ([0x81, 0xfe, 0x00, 0x7d, 1, 2, 3, 4], 1002, "bad length"),
        ["a length of 65,535 in 64 bits"] = ([0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4], 1002, "bad length"),
        ["a negative length"] = ([0x82, 0xff, 0x80, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4], 1002, "bad length"),
        ["one over the limit"] = (ClientFrame.Make(WebSocketOpcode.Binary, new byte[Limit + 1]), 1009, "message too big"),
        ["far over the limit"] = ([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4], 1009, "message too big"),
        ["fragments over the limit"] = ([.. ClientFrame.Make(WebSocketOpcode.Binary, new byte[Limit], false), .. ClientFrame.Make(WebSocketOpcode.Continuation, [1])], 1009, "message too big"),
        ["text that is no UTF-8"] = (ClientFrame.Make(WebSocketOpcode.Text, [0x61, 0xff]), 1007, "not UTF-8"),
        ["a surrogate as UTF-8"] = (ClientFrame.Make(WebSocketOpcode.Text, [0xed, 0xa0, 0x80]), 1007, "not UTF-8"),
        ["half a character at the end"] = (ClientFrame.Make(WebSocketOpcode.Text, [0xe2, 0x82]), 1007, "not UTF-8"),
        ["a close frame of one byte"] = (ClientFrame.Make(WebSocketOpcode.Close, [3]), 1002, "bad close frame"),
        ["close code 999"] = (ClientFrame.Make(WebSocketOpcode.Close, [0x03, 0xe7]), 1002, "bad close frame"),
        ["close code 1005"] = (ClientFrame.Make(WebSocketOpcode.Close, [0x03, 0xed]), 1002, "bad close frame"),
        ["close code 5000"] = (ClientFrame.Make(WebSocketOpcode.Close, [0x13, 0x88]), 1002, "bad close frame"),
        ["a close reason that is no UTF-8"] = (ClientFrame.Make(WebSocketOpcode.Close, [0x03, 0xe8, 0xff]), 1007, "not UTF-8"),
    };

    public static readonly TheoryData<string> GoodNames = [.. Good.Keys];

    public static readonly TheoryData<string> BadNames = [.. Bad.Keys];

    [Theory]
    [MemberData(nameof(GoodNames))]
    public void Valid_frames_are_read_as_messages(string name)
    {
        var (bytes, messages) = Good[name];
        using var reader = new WebSocketFrameReader(Limit);
        var read = FrameReading.Read(reader, FrameReading.Whole(bytes));
        Assert.True(read.Failure is null, $"{name}: {read.Failure}");
        Assert.Equal(messages, read.Messages);
    }

    [Theory]
    [MemberData(nameof(GoodNames))]
    public void Frames_read_the_same_a_byte_at_a_time_and_in_segments(string name)
    {
        var (bytes, messages) = Good[name];
        using var bytewise = new WebSocketFrameReader(Limit);
        using var segmented = new WebSocketFrameReader(Limit);
        Assert.Equal(messages, FrameReading.Read(bytewise, FrameReading.InPieces(bytes, () => 1)).Messages);
        Assert.Equal(messages, FrameReading.Read(segmented, [FrameReading.Segmented(bytes, 3)]).Messages);
        Assert.True(segmented.Failure is null, name);
    }

    [Theory]
    [MemberData(nameof(BadNames))]
    public void A_frame_that_breaks_the_rules_names_its_close_code(string name)
    {
        var (bytes, closeCode, reason) = Bad[name];
        using var reader = new WebSocketFrameReader(Limit);
        var (messages, failure) = FrameReading.Read(reader, FrameReading.Whole(bytes));
        Assert.True(failure is not null, name);
        Assert.Equal((closeCode, reason), (failure.CloseCode, failure.Reason));
        Assert.Empty(messages);
    }

    [Fact]
    public void Nothing_is_read_after_a_failure()
    {
        using var reader = new WebSocketFrameReader(Limit);
        var input = new ReadOnlySequence<byte>([0x81, 0x00, .. ClientFrame.Text("a")]);
        Assert.Equal(WebSocketReadStatus.Failed, reader.TryRead(ref input, out _));
        Assert.Equal(WebSocketReadStatus.Failed, reader.TryRead(ref input, out _));
    }

    [Fact]
    public void Messages_before_a_failure_are_delivered()
    {
        using var reader = new WebSocketFrameReader(Limit);
        var (messages, failure) = FrameReading.Read(reader, FrameReading.Whole([.. ClientFrame.Text("a"), 0x81, 0x00]));
        Assert.Equal(["Text:61"], messages);
        Assert.Equal(WebSocketFailure.NotMasked, failure);
    }

    [Theory]
    [InlineData(new byte[0], 1005)]
    [InlineData(new byte[] { 0x03, 0xe9 }, 1001)]
    [InlineData(new byte[] { 0x0f, 0xa8 }, 4008)]
    public void A_close_frame_tells_its_code(byte[] payload, int code)
    {
        using var reader = new WebSocketFrameReader(Limit);
        var input = new ReadOnlySequence<byte>(ClientFrame.Make(WebSocketOpcode.Close, payload));
        Assert.Equal(WebSocketReadStatus.Message, reader.TryRead(ref input, out var message));
        Assert.Equal(code, message.CloseCode);
    }

    [Fact]
    public void A_length_that_is_only_announced_takes_no_memory()
    {
        using var reader = new WebSocketFrameReader(int.MaxValue);
        var input = new ReadOnlySequence<byte>([0x82, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0x00, 1, 2, 3, 4, 5]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(WebSocketReadStatus.NeedMore, reader.TryRead(ref input, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }

    [Fact]
    public void Small_messages_are_read_without_allocating()
    {
        using var reader = new WebSocketFrameReader(Limit);
        var frame = ClientFrame.Text("42[\"subscribe\",{}]");
        ReadMany(reader, frame, 100);
        // The runtime allocates on this thread too while it replaces code; a reader that allocates does so every time.
        var least = long.MaxValue;
        for (var i = 0; i < 20; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            ReadMany(reader, frame, 1_000);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(least, 0, 1_000);
    }

    private static void ReadMany(WebSocketFrameReader reader, byte[] frame, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var input = new ReadOnlySequence<byte>(frame);
            if (reader.TryRead(ref input, out _) != WebSocketReadStatus.Message) throw new InvalidOperationException("no message");
            if (reader.TryRead(ref input, out _) != WebSocketReadStatus.NeedMore) throw new InvalidOperationException("a second message");
        }
    }
}

using System.Buffers;
using System.Text;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.SocketIO.Tests.Framing;

public sealed class WebSocketDeflateSpecs
{
    private const int Limit = 100_000;

    [Theory]
    [InlineData("permessage-deflate", true)]
    [InlineData("permessage-deflate; client_max_window_bits", true)]
    [InlineData("permessage-deflate; client_max_window_bits=10", true)]
    [InlineData("permessage-deflate; server_no_context_takeover; client_no_context_takeover", true)]
    [InlineData("permessage-deflate;server_max_window_bits=15", true)]
    [InlineData("permessage-deflate; server_max_window_bits=\"15\"", true)]
    [InlineData("x-other, permessage-deflate", true)]
    [InlineData("permessage-deflate; server_max_window_bits=10, permessage-deflate", true)]
    [InlineData("permessage-deflate; server_max_window_bits=10", false)]
    [InlineData("permessage-deflate; server_max_window_bits", false)]
    [InlineData("permessage-deflate; client_max_window_bits=7", false)]
    [InlineData("permessage-deflate; client_max_window_bits=x", false)]
    [InlineData("permessage-deflate; server_no_context_takeover=1", false)]
    [InlineData("permessage-deflate; client_no_context_takeover; client_no_context_takeover", false)]
    [InlineData("permessage-deflate; unknown", false)]
    [InlineData("permessage-deflate-2", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_compression_offer_is_accepted_if_it_can_be_met(string? offer, bool isAccepted) =>
        Assert.Equal(isAccepted, WebSocketDeflate.IsOffered(offer));

    [Fact]
    public void A_compressed_message_inflates_to_the_same_bytes()
    {
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(20, 2_000)).Select(n => $"{{\"strike\": {20_000 + (n * 50)}, \"bid\": {random.Next(100)}}},"));
            var compressed = WebSocketDeflate.TryCompress(WebSocketFrameWriter.Text(Encoding.UTF8.GetBytes(text)))!;

            Assert.InRange(compressed.Length, 1, text.Length / 2);
            Assert.Equal(0xc1, compressed[0]);
            Assert.Equal(text, Read(Masked(compressed.Payload().ToArray())));
        }
    }

    [Fact]
    public void A_message_that_does_not_shrink_is_sent_uncompressed()
    {
        var noise = new byte[2_000];
        new Random(2).NextBytes(noise);

        Assert.Null(WebSocketDeflate.TryCompress(WebSocketFrameWriter.Binary(noise)));
        Assert.Null(WebSocketDeflate.TryCompress(WebSocketFrameWriter.Text([])));
    }

    [Fact]
    public void The_RFCs_own_examples_are_read()
    {
        Assert.Equal("Hello", Read(Masked([0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00])));
        Assert.Equal("Hello", Read(Masked([0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00])));
        Assert.Equal("Hello", Read(Masked([0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00])));
    }

    [Fact]
    public void A_compressed_message_may_come_in_fragments_with_a_ping_between_them()
    {
        byte[] bytes = [.. Masked([0xf2, 0x48, 0xcd], isFinal: false), .. ClientFrame.Make(WebSocketOpcode.Ping, [9]), .. ClientFrame.Make(WebSocketOpcode.Continuation, [0xc9, 0xc9, 0x07, 0x00])];
        using var reader = new WebSocketFrameReader(Limit, inflates: true);
        var input = new ReadOnlySequence<byte>(bytes);

        Assert.Equal(WebSocketReadStatus.Message, reader.TryRead(ref input, out var ping));
        Assert.Equal(WebSocketOpcode.Ping, ping.Opcode);
        Assert.Equal(WebSocketReadStatus.Message, reader.TryRead(ref input, out var message));
        Assert.Equal("Hello", Encoding.UTF8.GetString(message.Data.Span));
    }

    [Fact]
    public void Plain_and_compressed_messages_may_alternate()
    {
        byte[] bytes = [.. ClientFrame.Text("plain"), .. Masked([0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]), .. ClientFrame.Text("again")];
        using var reader = new WebSocketFrameReader(Limit, inflates: true);
        var input = new ReadOnlySequence<byte>(bytes);
        var read = new List<string>();
        while (reader.TryRead(ref input, out var message) == WebSocketReadStatus.Message) read.Add(Encoding.UTF8.GetString(message.Data.Span));

        Assert.Equal(["plain", "Hello", "again"], read);
    }

    [Fact]
    public void A_small_message_that_unpacks_to_more_than_the_limit_is_refused()
    {
        var bomb = WebSocketDeflate.TryCompress(WebSocketFrameWriter.Text(new byte[50_000_000]))!;
        Assert.InRange(bomb.Payload().Length, 1, 1_000_000);
        using var reader = new WebSocketFrameReader(1_000_000, inflates: true);
        var input = new ReadOnlySequence<byte>(Masked(bomb.Payload().ToArray()));

        Assert.Equal(WebSocketReadStatus.Failed, reader.TryRead(ref input, out _));
        Assert.Same(WebSocketFailure.TooBig, reader.Failure);
    }

    [Fact]
    public void Bytes_that_are_not_deflate_are_refused()
    {
        using var reader = new WebSocketFrameReader(Limit, inflates: true);
        var input = new ReadOnlySequence<byte>(Masked([0xff, 0xff, 0xff, 0xff]));

        Assert.Equal(WebSocketReadStatus.Failed, reader.TryRead(ref input, out _));
        Assert.Same(WebSocketFailure.BadCompression, reader.Failure);
    }

    [Theory]
    [InlineData(0xc9, 0x80)] // a ping
    [InlineData(0xc0, 0x80)] // a continuation
    [InlineData(0xa1, 0x80)] // another bit
    public void The_compression_bit_is_refused_on_a_ping_or_continuation_and_other_reserved_bits_always(byte first, byte second)
    {
        using var reader = new WebSocketFrameReader(Limit, inflates: true);
        var input = new ReadOnlySequence<byte>([first, second, 0, 0, 0, 0]);

        Assert.Equal(WebSocketReadStatus.Failed, reader.TryRead(ref input, out _));
        Assert.Same(WebSocketFailure.ReservedBits, reader.Failure);
    }

    [Fact]
    public void Random_compressed_bytes_are_read_or_refused_and_nothing_else()
    {
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            var data = new byte[random.Next(0, 60)];
            random.NextBytes(data);
            using var reader = new WebSocketFrameReader(1_000, inflates: true);
            var input = new ReadOnlySequence<byte>(Masked(data));
            reader.TryRead(ref input, out var message);
            Assert.InRange(message.Data.Length, 0, 1_000);
        }
    }

    private static byte[] Masked(byte[] data, bool isFinal = true)
    {
        var frame = ClientFrame.Make(WebSocketOpcode.Text, data, isFinal);
        frame[0] |= 0x40;
        return frame;
    }

    private static string Read(byte[] bytes)
    {
        using var reader = new WebSocketFrameReader(Limit, inflates: true);
        var input = new ReadOnlySequence<byte>(bytes);
        Assert.Equal(WebSocketReadStatus.Message, reader.TryRead(ref input, out var message));
        return Encoding.UTF8.GetString(message.Data.Span);
    }
}

using System.Buffers.Binary;

namespace DeltaStream.SocketIO.Framing;

/// <summary>The header of a client's frame (RFC 6455, section 5.2).</summary>
internal readonly record struct WebSocketFrameHeader(WebSocketOpcode Opcode, bool IsFinal, bool IsCompressed, ulong Length, uint Mask)
{
    /// <summary>The reserved bit in a message's first frame that marks the message as compressed (RFC 7692, section 6).</summary>
    public const byte CompressedBit = 0x40;

    public const int MinLength = 2;
    public const int MaxLength = 14;

    public bool IsControl => (byte)Opcode >= 0x8;

    /// <summary>The length of the header that begins with these two bytes.</summary>
    public static int LengthOf(ReadOnlySpan<byte> start) => MinLength + 4 + ((start[1] & 0x7f) switch { 126 => 2, 127 => 8, _ => 0 });

    /// <summary>Checks the first two bytes, so that the reader can refuse a header before the rest of it has arrived.</summary>
    public static WebSocketFailure? Check(ReadOnlySpan<byte> start, bool mayBeCompressed)
    {
        var opcode = start[0] & 0x0f;
        var allowed = mayBeCompressed && (opcode is 0x1 or 0x2) ? CompressedBit : 0;
        if ((start[0] & 0x70 & ~allowed) != 0) return WebSocketFailure.ReservedBits;
        if (opcode is > 0x2 and < 0x8 or > 0xA) return WebSocketFailure.UnknownOpcode;
        if ((start[1] & 0x80) == 0) return WebSocketFailure.NotMasked;
        var isFinal = (start[0] & 0x80) != 0;
        return opcode >= 0x8 && (!isFinal || (start[1] & 0x7f) > WebSocketFrameWriter.MaxControlPayload)
            ? WebSocketFailure.BadControlFrame
            : null;
    }

    /// <summary>Reads a whole header that passed <see cref="Check"/>.</summary>
    public static WebSocketFailure? TryParse(ReadOnlySpan<byte> bytes, out WebSocketFrameHeader header)
    {
        var (length, shortest) = (bytes[1] & 0x7f) switch
        {
            126 => (BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]), 126ul),
            127 => (BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]), ushort.MaxValue + 1ul),
            var small => ((ulong)small, 0ul),
        };
        header = new WebSocketFrameHeader(
            (WebSocketOpcode)(bytes[0] & 0x0f), (bytes[0] & 0x80) != 0, (bytes[0] & CompressedBit) != 0, length, BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]));
        return length < shortest || length > long.MaxValue ? WebSocketFailure.BadLength : null;
    }
}

namespace DeltaStream.SocketIO.Framing;

/// <summary>One WebSocket frame, ready for a socket, made once for all its receivers.</summary>
/// <param name="Bytes">The frame's header, then its payload.</param>
/// <param name="HeaderLength">How many leading bytes are the header; long-polling sends what stands behind it.</param>
public readonly record struct EncodedFrame(ReadOnlyMemory<byte> Bytes, int HeaderLength)
{
    /// <summary>The bytes behind the header.</summary>
    public ReadOnlyMemory<byte> Payload => Bytes[HeaderLength..];

    /// <summary>Whether the payload is binary; a poll carries it as base64 then.</summary>
    public bool IsBinary => (Bytes.Span[0] & 0x0f) == (byte)WebSocketOpcode.Binary;

    /// <summary>A frame of exactly the right size with its header written; the caller fills the payload.</summary>
    internal static EncodedFrame Allocate(WebSocketOpcode opcode, int payloadLength, out Span<byte> payload, bool isCompressed = false)
    {
        var headerLength = WebSocketFrameWriter.HeaderLength(payloadLength);
        var bytes = GC.AllocateUninitializedArray<byte>(headerLength + payloadLength);
        WebSocketFrameWriter.WriteHeader(bytes, opcode, payloadLength);
        if (isCompressed) bytes[0] |= WebSocketFrameHeader.CompressedBit;
        payload = bytes.AsSpan(headerLength);
        return new EncodedFrame(bytes, headerLength);
    }
}

using System.Buffers.Binary;
using System.Text.Unicode;

namespace DeltaStream.SocketIO.Framing;

/// <summary>
/// Writes a server's frames: whole messages, never masked, never fragmented (RFC 6455, section 5). A frame is one array of exactly
/// its size, header and payload, and is made once for all its receivers. Long-polling sends only the payload.
/// </summary>
public static class WebSocketFrameWriter
{
    /// <summary>The longest header of a server's frame, in bytes.</summary>
    public const int MaxHeaderLength = 10;

    /// <summary>The most data in a control frame, in bytes (section 5.5).</summary>
    public const int MaxControlPayload = 125;

    /// <summary>The length of the header of a frame with this payload: 2, 4 or 10 bytes.</summary>
    public static int HeaderLength(int payloadLength) => payloadLength switch
    {
        <= MaxControlPayload => 2,
        <= ushort.MaxValue => 4,
        _ => MaxHeaderLength,
    };

    /// <summary>Writes the header of an unfragmented frame.</summary>
    /// <returns>The header's length in bytes.</returns>
    public static int WriteHeader(Span<byte> target, WebSocketOpcode opcode, int payloadLength)
    {
        target[0] = (byte)(0x80 | (byte)opcode);
        var length = HeaderLength(payloadLength);
        switch (length)
        {
            case 2:
                target[1] = (byte)payloadLength;
                break;
            case 4:
                target[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)payloadLength);
                break;
            default:
                target[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(target[2..], (ulong)payloadLength);
                break;
        }
        return length;
    }

    /// <summary>Makes a frame with its header; the caller writes the payload.</summary>
    /// <param name="opcode">The kind of the frame.</param>
    /// <param name="payloadLength">The payload's length in bytes.</param>
    /// <param name="payload">The part of the frame to which the caller writes.</param>
    public static byte[] Allocate(WebSocketOpcode opcode, int payloadLength, out Span<byte> payload)
    {
        var headerLength = HeaderLength(payloadLength);
        var frame = GC.AllocateUninitializedArray<byte>(headerLength + payloadLength);
        WriteHeader(frame, opcode, payloadLength);
        payload = frame.AsSpan(headerLength);
        return frame;
    }

    /// <summary>The payload of a frame that this class made.</summary>
    public static ReadOnlySpan<byte> PayloadOf(ReadOnlySpan<byte> frame) => frame[(frame[1] switch { 126 => 4, 127 => MaxHeaderLength, _ => 2 })..];

    /// <summary>Whether a frame that this class made carries binary data, which a poll carries as base64.</summary>
    public static bool IsBinary(ReadOnlySpan<byte> frame) => (frame[0] & 0x0f) == (byte)WebSocketOpcode.Binary;

    /// <summary>A text frame with these UTF-8 bytes.</summary>
    public static byte[] Text(ReadOnlySpan<byte> utf8) => Frame(WebSocketOpcode.Text, utf8);

    /// <summary>A binary frame.</summary>
    public static byte[] Binary(ReadOnlySpan<byte> data) => Frame(WebSocketOpcode.Binary, data);

    /// <summary>A ping. Data beyond <see cref="MaxControlPayload"/> bytes is cut off.</summary>
    public static byte[] Ping(ReadOnlySpan<byte> data) => Control(WebSocketOpcode.Ping, data);

    /// <summary>The pong to a ping with this data.</summary>
    public static byte[] Pong(ReadOnlySpan<byte> data) => Control(WebSocketOpcode.Pong, data);

    /// <summary>A close frame. For a code that is not allowed on the wire (1005, 1006) the frame carries no code.</summary>
    /// <param name="code">The close code.</param>
    /// <param name="reason">The reason, cut to the size of a control frame.</param>
    public static byte[] Close(int code, string reason = "")
    {
        if (!WebSocketCloseCode.IsValidOnTheWire(code)) return Frame(WebSocketOpcode.Close, []);
        Span<byte> data = stackalloc byte[MaxControlPayload];
        BinaryPrimitives.WriteUInt16BigEndian(data, (ushort)code);
        // Cuts between two characters, never within one character.
        Utf8.FromUtf16(reason, data[2..], out _, out var written);
        return Frame(WebSocketOpcode.Close, data[..(2 + written)]);
    }

    private static byte[] Control(WebSocketOpcode opcode, ReadOnlySpan<byte> data) =>
        Frame(opcode, data[..Math.Min(data.Length, MaxControlPayload)]);

    private static byte[] Frame(WebSocketOpcode opcode, ReadOnlySpan<byte> data)
    {
        var frame = Allocate(opcode, data.Length, out var payload);
        data.CopyTo(payload);
        return frame;
    }
}

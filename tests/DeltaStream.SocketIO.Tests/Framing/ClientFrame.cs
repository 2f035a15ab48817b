using System.Buffers.Binary;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.SocketIO.Tests.Framing;

/// <summary>Frames as a client writes them: masked.</summary>
internal static class ClientFrame
{
    public static byte[] Make(WebSocketOpcode opcode, ReadOnlySpan<byte> payload, bool isFinal = true, uint mask = 0x12fa40c7)
    {
        Span<byte> header = stackalloc byte[WebSocketFrameWriter.MaxHeaderLength];
        var length = WebSocketFrameWriter.WriteHeader(header, opcode, payload.Length);
        if (!isFinal) header[0] &= 0x7f;
        header[1] |= 0x80;
        var frame = new byte[length + 4 + payload.Length];
        header[..length].CopyTo(frame);
        var key = frame.AsSpan(length, 4);
        BinaryPrimitives.WriteUInt32BigEndian(key, mask);
        for (var i = 0; i < payload.Length; i++) frame[length + 4 + i] = (byte)(payload[i] ^ key[i & 3]);
        return frame;
    }

    public static byte[] Text(string text, bool isFinal = true) => Make(WebSocketOpcode.Text, text.Utf8().Span, isFinal);

    public static byte[] Continuation(string text, bool isFinal = true) => Make(WebSocketOpcode.Continuation, text.Utf8().Span, isFinal);
}

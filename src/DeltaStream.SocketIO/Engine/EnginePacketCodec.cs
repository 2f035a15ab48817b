using System.Buffers;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.SocketIO.Engine;

/// <summary>
/// Reads and writes Engine.IO packets as WebSocket messages (Engine.IO protocol 4, "Packet encoding"). A text message is a type
/// digit and the data; a binary message is always a <see cref="EnginePacketType.Message"/>.
/// </summary>
public static class EnginePacketCodec
{
    /// <summary>Reads a text packet.</summary>
    /// <returns>False if it is empty or its first byte is not a type.</returns>
    public static bool TryParseText(ReadOnlyMemory<byte> text, out EnginePacket packet)
    {
        packet = default;
        if (text.IsEmpty) return false;
        var type = text.Span[0] - '0';
        if (type is < 0 or > (int)EnginePacketType.Noop) return false;
        packet = new EnginePacket((EnginePacketType)type, text[1..], false);
        return true;
    }

    /// <summary>Writes the packet as the content of a WebSocket message. The caller sends it as text or binary, as the packet is.</summary>
    public static void Write(IBufferWriter<byte> output, in EnginePacket packet)
    {
        if (!packet.IsBinary) output.Write([(byte)('0' + (byte)packet.Type)]);
        output.Write(packet.Data.Span);
    }

    /// <summary>The packet in a WebSocket frame of its own. A poll carries the frame's payload.</summary>
    public static byte[] ToFrame(in EnginePacket packet)
    {
        var typeLength = packet.IsBinary ? 0 : 1;
        var frame = WebSocketFrameWriter.Allocate(
            packet.IsBinary ? WebSocketOpcode.Binary : WebSocketOpcode.Text, typeLength + packet.Data.Length, out var payload);
        if (!packet.IsBinary) payload[0] = (byte)('0' + (byte)packet.Type);
        packet.Data.Span.CopyTo(payload[typeLength..]);
        return frame;
    }
}

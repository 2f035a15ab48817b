using System.Buffers.Binary;

namespace DeltaStream.SocketIO.Framing;

/// <summary>A whole data message (its fragments put together) or a control frame.</summary>
/// <param name="Opcode">Text, binary, close, ping or pong.</param>
/// <param name="Data">The unmasked content; the reader's own memory, valid until it is read from again.</param>
public readonly record struct WebSocketMessage(WebSocketOpcode Opcode, ReadOnlyMemory<byte> Data)
{
    /// <summary>The code of a close frame; <see cref="WebSocketCloseCode.NoStatus"/> where it carries none.</summary>
    public int CloseCode => Data.Length < 2 ? WebSocketCloseCode.NoStatus : BinaryPrimitives.ReadUInt16BigEndian(Data.Span);
}

using System.Buffers.Binary;

namespace DeltaStream.SocketIO.Framing;

/// <summary>A whole data message, with its fragments joined, or a control frame.</summary>
/// <param name="Opcode">Text, binary, close, ping or pong.</param>
/// <param name="Data">The unmasked content, in the reader's memory; valid until the next read.</param>
public readonly record struct WebSocketMessage(WebSocketOpcode Opcode, ReadOnlyMemory<byte> Data)
{
    /// <summary>The code of a close frame; <see cref="WebSocketCloseCode.NoStatus"/> if it carries none.</summary>
    public int CloseCode => Data.Length < 2 ? WebSocketCloseCode.NoStatus : BinaryPrimitives.ReadUInt16BigEndian(Data.Span);
}

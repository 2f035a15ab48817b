namespace DeltaStream.SocketIO;

/// <summary>A binary packet with all its attachments. It owns its bytes.</summary>
/// <param name="Header">The packet; its data holds the placeholders.</param>
/// <param name="Attachments">The attachments, in the order of their numbers.</param>
public sealed record BinaryMessage(SocketPacket Header, IReadOnlyList<ReadOnlyMemory<byte>> Attachments);

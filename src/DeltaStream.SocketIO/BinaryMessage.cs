namespace DeltaStream.SocketIO;

/// <summary>A binary packet with all its attachments; its bytes are its own.</summary>
/// <param name="Header">The packet, its data with the placeholders in it.</param>
/// <param name="Attachments">The attachments, in the order of their numbers.</param>
public sealed record BinaryMessage(SocketPacket Header, IReadOnlyList<ReadOnlyMemory<byte>> Attachments);

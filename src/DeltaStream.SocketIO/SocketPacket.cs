namespace DeltaStream.SocketIO;

/// <summary>One Socket.IO packet. Its parts are views of the bytes from which it was read, valid as long as they are.</summary>
/// <param name="Type">The packet's type.</param>
/// <param name="Namespace">The namespace, with its slash.</param>
/// <param name="AckId">The acknowledgement's id: digits without leading zeros, 0 included; null if the packet has none.</param>
/// <param name="Data">The payload: valid JSON of the kind that the type requires; empty if the packet has none.</param>
/// <param name="Attachments">The number of binary attachments that follow; always 0 for types without attachments.</param>
/// <param name="Event">The parts of an event's payload; the default for any other type.</param>
public readonly record struct SocketPacket(
    SocketPacketType Type,
    string Namespace,
    ReadOnlyMemory<byte>? AckId,
    ReadOnlyMemory<byte> Data,
    int Attachments = 0,
    EventPayload Event = default)
{
    /// <summary>The default namespace; the wire leaves its name out.</summary>
    public const string RootNamespace = "/";

    /// <summary>Whether the packet is of a binary type; it may still announce zero attachments.</summary>
    public bool IsBinary => Type is SocketPacketType.BinaryEvent or SocketPacketType.BinaryAck;
}

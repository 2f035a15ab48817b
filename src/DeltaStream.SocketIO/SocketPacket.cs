namespace DeltaStream.SocketIO;

/// <summary>One Socket.IO packet. What it holds are views of the bytes it was read from, valid as long as they are.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Namespace">The namespace, with its slash.</param>
/// <param name="AckId">The acknowledgement's id: digits without leading zeros, 0 included; null where there is none.</param>
/// <param name="Data">The payload, valid JSON of the kind that the type asks for; empty where there is none.</param>
/// <param name="Attachments">How many binary attachments follow; always 0 for the types without.</param>
/// <param name="Event">The payload of an event, taken apart; the default for any other type.</param>
public readonly record struct SocketPacket(
    SocketPacketType Type,
    string Namespace,
    ReadOnlyMemory<byte>? AckId,
    ReadOnlyMemory<byte> Data,
    int Attachments = 0,
    EventPayload Event = default)
{
    /// <summary>The namespace that needs no name on the wire.</summary>
    public const string RootNamespace = "/";

    /// <summary>Whether the packet announces binary attachments, be it none.</summary>
    public bool IsBinary => Type is SocketPacketType.BinaryEvent or SocketPacketType.BinaryAck;
}

namespace DeltaStream.SocketIO;

/// <summary>
/// The reason why bytes are not a Socket.IO packet. Each error closes the whole connection (Socket.IO protocol 5, "Packet
/// encoding").
/// </summary>
public enum SocketParseError
{
    /// <summary>There is no error.</summary>
    None,

    /// <summary>The type is missing or is not one of the seven.</summary>
    UnknownType,

    /// <summary>A binary packet has no count of attachments.</summary>
    MalformedAttachments,

    /// <summary>The packet announces more than <see cref="SocketPacketCodec.MaxAttachments"/> attachments.</summary>
    TooManyAttachments,

    /// <summary>The text between the type and the payload is not an id, or the id has more than 20 digits.</summary>
    MalformedAckId,

    /// <summary>The payload is not JSON, is nested too deep, or is not of the kind that the type requires.</summary>
    MalformedPayload,

    /// <summary>The event has a name that the protocol's libraries reserve.</summary>
    ReservedEvent,

    /// <summary>A placeholder refers to an attachment that the packet did not announce.</summary>
    PlaceholderOutOfRange,

    /// <summary>An attachment comes that no packet announced.</summary>
    UnexpectedBinary,

    /// <summary>Text comes while attachments are missing.</summary>
    UnexpectedText,
}

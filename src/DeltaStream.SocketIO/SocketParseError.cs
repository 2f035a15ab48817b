namespace DeltaStream.SocketIO;

/// <summary>Why bytes are not a Socket.IO packet. Each of these closes the whole connection (Socket.IO protocol 5, "Packet encoding").</summary>
public enum SocketParseError
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>No type, or none of the seven.</summary>
    UnknownType,

    /// <summary>A binary packet without a count of attachments.</summary>
    MalformedAttachments,

    /// <summary>More than <see cref="SocketPacketCodec.MaxAttachments"/> attachments.</summary>
    TooManyAttachments,

    /// <summary>Something between the type and the payload that is not an id, or an id of more than 20 digits.</summary>
    MalformedAckId,

    /// <summary>A payload that is not JSON, is nested too deep, or is not of the kind that the type asks for.</summary>
    MalformedPayload,

    /// <summary>An event with a name that the protocol's libraries keep for themselves.</summary>
    ReservedEvent,

    /// <summary>A placeholder for an attachment that was not announced.</summary>
    PlaceholderOutOfRange,

    /// <summary>An attachment that no packet announced.</summary>
    UnexpectedBinary,

    /// <summary>Text while attachments are still to come.</summary>
    UnexpectedText,
}

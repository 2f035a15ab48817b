namespace DeltaStream.SocketIO;

/// <summary>The packet types of Socket.IO protocol 5; the value is the digit on the wire.</summary>
public enum SocketPacketType : byte
{
    /// <summary>Joins a namespace. The reply carries the client's sid in that namespace.</summary>
    Connect = 0,

    /// <summary>Leaves a namespace; has no reply.</summary>
    Disconnect = 1,

    /// <summary>An event: its name and its arguments.</summary>
    Event = 2,

    /// <summary>The acknowledgement of an event.</summary>
    Ack = 3,

    /// <summary>Refuses a CONNECT.</summary>
    ConnectError = 4,

    /// <summary>An event with binary attachments.</summary>
    BinaryEvent = 5,

    /// <summary>An acknowledgement with binary attachments.</summary>
    BinaryAck = 6,
}

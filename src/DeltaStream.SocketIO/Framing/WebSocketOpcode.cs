namespace DeltaStream.SocketIO.Framing;

/// <summary>The opcodes of RFC 6455, section 5.2.</summary>
public enum WebSocketOpcode : byte
{
    /// <summary>A further part of a fragmented message.</summary>
    Continuation = 0x0,

    /// <summary>UTF-8 text.</summary>
    Text = 0x1,

    /// <summary>Bytes.</summary>
    Binary = 0x2,

    /// <summary>The closing handshake.</summary>
    Close = 0x8,

    /// <summary>To be answered by a pong with the same data.</summary>
    Ping = 0x9,

    /// <summary>The answer to a ping, or unasked for.</summary>
    Pong = 0xA,
}

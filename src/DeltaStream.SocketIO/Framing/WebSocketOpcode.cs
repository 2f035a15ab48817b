namespace DeltaStream.SocketIO.Framing;

/// <summary>The opcodes of RFC 6455, section 5.2.</summary>
public enum WebSocketOpcode : byte
{
    /// <summary>A further part of a fragmented message.</summary>
    Continuation = 0x0,

    /// <summary>UTF-8 text.</summary>
    Text = 0x1,

    /// <summary>Binary data.</summary>
    Binary = 0x2,

    /// <summary>The closing handshake.</summary>
    Close = 0x8,

    /// <summary>A ping; the receiver answers with a pong of the same data.</summary>
    Ping = 0x9,

    /// <summary>The answer to a ping. A peer may also send it unasked.</summary>
    Pong = 0xA,
}

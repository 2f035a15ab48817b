namespace DeltaStream.SocketIO.Framing;

/// <summary>Why a peer's bytes are not valid WebSocket frames (RFC 6455, section 5), and what the connection is closed with.</summary>
public sealed class WebSocketFailure
{
    /// <summary>A client must mask its frames (RFC 6455, section 5.1).</summary>
    public static readonly WebSocketFailure NotMasked = new(WebSocketCloseCode.ProtocolError, "frame not masked");

    /// <summary>A reserved bit is set and no extension was agreed on.</summary>
    public static readonly WebSocketFailure ReservedBits = new(WebSocketCloseCode.ProtocolError, "reserved bits set");

    /// <summary>An opcode that has no meaning.</summary>
    public static readonly WebSocketFailure UnknownOpcode = new(WebSocketCloseCode.ProtocolError, "unknown opcode");

    /// <summary>A control frame that is fragmented or over 125 bytes.</summary>
    public static readonly WebSocketFailure BadControlFrame = new(WebSocketCloseCode.ProtocolError, "bad control frame");

    /// <summary>A continuation of nothing, or a new message within a fragmented one.</summary>
    public static readonly WebSocketFailure BadFragment = new(WebSocketCloseCode.ProtocolError, "bad fragment");

    /// <summary>A length of 64 bits with the highest set, or written longer than it need be.</summary>
    public static readonly WebSocketFailure BadLength = new(WebSocketCloseCode.ProtocolError, "bad length");

    /// <summary>A close frame of one byte or with a code that may not stand in one.</summary>
    public static readonly WebSocketFailure BadCloseFrame = new(WebSocketCloseCode.ProtocolError, "bad close frame");

    /// <summary>Text, or the reason of a close frame, that is not UTF-8.</summary>
    public static readonly WebSocketFailure NotUtf8 = new(WebSocketCloseCode.InvalidData, "not UTF-8");

    /// <summary>A compressed message that can't be unpacked (RFC 7692).</summary>
    public static readonly WebSocketFailure BadCompression = new(WebSocketCloseCode.InvalidData, "bad compressed data");

    /// <summary>A message over the limit.</summary>
    public static readonly WebSocketFailure TooBig = new(WebSocketCloseCode.MessageTooBig, "message too big");

    private WebSocketFailure(int closeCode, string reason)
    {
        CloseCode = closeCode;
        Reason = reason;
    }

    /// <summary>The code to close with.</summary>
    public int CloseCode { get; }

    /// <summary>The reason to close with.</summary>
    public string Reason { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{CloseCode} {Reason}";
}

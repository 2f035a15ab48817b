namespace DeltaStream.SocketIO.Framing;

/// <summary>
/// The reason why a peer's bytes are not valid WebSocket frames (RFC 6455, section 5), with the code and the text of the close
/// frame.
/// </summary>
public sealed class WebSocketFailure
{
    /// <summary>A client must mask its frames (RFC 6455, section 5.1).</summary>
    public static readonly WebSocketFailure NotMasked = new(WebSocketCloseCode.ProtocolError, "frame not masked");

    /// <summary>A reserved bit is set, but no extension was agreed on.</summary>
    public static readonly WebSocketFailure ReservedBits = new(WebSocketCloseCode.ProtocolError, "reserved bits set");

    /// <summary>The opcode is not defined.</summary>
    public static readonly WebSocketFailure UnknownOpcode = new(WebSocketCloseCode.ProtocolError, "unknown opcode");

    /// <summary>A control frame is fragmented or has more than 125 bytes.</summary>
    public static readonly WebSocketFailure BadControlFrame = new(WebSocketCloseCode.ProtocolError, "bad control frame");

    /// <summary>A continuation comes without a first fragment, or a new message begins within a fragmented one.</summary>
    public static readonly WebSocketFailure BadFragment = new(WebSocketCloseCode.ProtocolError, "bad fragment");

    /// <summary>A length of 64 bits has the highest bit set, or a length takes more bytes than it needs.</summary>
    public static readonly WebSocketFailure BadLength = new(WebSocketCloseCode.ProtocolError, "bad length");

    /// <summary>A close frame has only one byte of data, or a code that the wire does not allow.</summary>
    public static readonly WebSocketFailure BadCloseFrame = new(WebSocketCloseCode.ProtocolError, "bad close frame");

    /// <summary>A text message or the reason of a close frame is not UTF-8.</summary>
    public static readonly WebSocketFailure NotUtf8 = new(WebSocketCloseCode.InvalidData, "not UTF-8");

    /// <summary>A compressed message can't be decompressed (RFC 7692).</summary>
    public static readonly WebSocketFailure BadCompression = new(WebSocketCloseCode.InvalidData, "bad compressed data");

    /// <summary>A message is over the size limit.</summary>
    public static readonly WebSocketFailure TooBig = new(WebSocketCloseCode.MessageTooBig, "message too big");

    private WebSocketFailure(int closeCode, string reason)
    {
        CloseCode = closeCode;
        Reason = reason;
    }

    /// <summary>The code of the close frame.</summary>
    public int CloseCode { get; }

    /// <summary>The reason in the close frame.</summary>
    public string Reason { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{CloseCode} {Reason}";
}

namespace DeltaStream.SocketIO.Framing;

/// <summary>The close codes of RFC 6455, section 7.4.1, that this side sends or reports.</summary>
public static class WebSocketCloseCode
{
    /// <summary>The connection has served its purpose.</summary>
    public const int Normal = 1000;

    /// <summary>An endpoint goes away, for example a server that stops.</summary>
    public const int GoingAway = 1001;

    /// <summary>The peer broke the protocol.</summary>
    public const int ProtocolError = 1002;

    /// <summary>Never on the wire: the close frame carried no code.</summary>
    public const int NoStatus = 1005;

    /// <summary>A text message is not UTF-8.</summary>
    public const int InvalidData = 1007;

    /// <summary>A message is over the size limit.</summary>
    public const int MessageTooBig = 1009;

    /// <summary>Whether a peer may put this code into a close frame (section 7.4 and its registry).</summary>
    public static bool IsValidOnTheWire(int code) => code is >= 1000 and <= 1003 or >= 1007 and <= 1014 or >= 3000 and <= 4999;
}

namespace DeltaStream.SocketIO.Framing;

/// <summary>The result of reading frames.</summary>
public enum WebSocketReadStatus
{
    /// <summary>All input was taken in and more is needed.</summary>
    NeedMore,

    /// <summary>A message; there may be more in the input.</summary>
    Message,

    /// <summary>The peer broke the rules: close with <see cref="WebSocketFrameReader.Failure"/> and read no more.</summary>
    Failed,
}

namespace DeltaStream.SocketIO.Framing;

/// <summary>The result of one read.</summary>
public enum WebSocketReadStatus
{
    /// <summary>The reader has read all input and needs more.</summary>
    NeedMore,

    /// <summary>The reader has read a message; the input may hold more.</summary>
    Message,

    /// <summary>The peer broke the protocol: close with <see cref="WebSocketFrameReader.Failure"/> and stop reading.</summary>
    Failed,
}

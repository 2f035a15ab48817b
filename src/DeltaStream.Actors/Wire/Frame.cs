namespace DeltaStream.Actors.Wire;

/// <summary>One message as bytes that are ready for a WebSocket: made once, shared by every receiver, never changed.</summary>
/// <param name="Bytes">A whole frame, header and payload; long-polling sends the payload alone.</param>
public sealed record Frame(ReadOnlyMemory<byte> Bytes)
{
    private Frame? _compressed;

    /// <summary>The same message for connections that agreed on compression: made on first use, once for all of them.</summary>
    /// <param name="compress">Makes it; may return the frame itself.</param>
    public Frame Compressed(Func<Frame, Frame> compress)
    {
        if (Volatile.Read(ref _compressed) is { } made) return made;
        // No other code locks a frame, and a shared frame must not be compressed by many threads at once.
        lock (this) return _compressed ??= compress(this);
    }
}

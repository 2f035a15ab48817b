namespace DeltaStream.Actors.Wire;

/// <summary>One encoded message, ready for a WebSocket. It is immutable and all receivers share it.</summary>
/// <param name="Bytes">A whole frame, header and payload. Long-polling sends only the payload.</param>
public sealed record Frame(ReadOnlyMemory<byte> Bytes)
{
    private Frame? _compressed;

    /// <summary>The same message, compressed. The first caller compresses it, and all connections with compression share the result.</summary>
    /// <param name="compress">Compresses the frame; may return the frame itself.</param>
    public Frame Compressed(Func<Frame, Frame> compress)
    {
        if (Volatile.Read(ref _compressed) is { } made) return made;
        // No other code locks a frame. The lock prevents several threads from compressing a shared frame at once.
        lock (this) return _compressed ??= compress(this);
    }
}

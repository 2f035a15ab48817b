namespace DeltaStream.Actors.Wire;

/// <summary>
/// Bytes that are ready for a socket. Made once, shared by every receiver, never changed.
/// </summary>
/// <param name="Bytes">The transport's framing, then the payload.</param>
/// <param name="HeaderLength">How many leading bytes are framing that a transport without frames (long-polling) leaves away.</param>
public sealed record Frame(ReadOnlyMemory<byte> Bytes, int HeaderLength)
{
    /// <summary>The bytes behind the framing.</summary>
    public ReadOnlyMemory<byte> Payload => Bytes[HeaderLength..];

    private Frame? _compressed;

    /// <summary>The same message as a connection that agreed on compression gets it: made on first use, once for all of them.</summary>
    /// <param name="compress">Makes it; may return the frame itself.</param>
    public Frame Compressed(Func<Frame, Frame> compress)
    {
        if (Volatile.Read(ref _compressed) is { } made) return made;
        // Nobody else locks a frame, and one that is shared must not be compressed by many at once.
        lock (this) return _compressed ??= compress(this);
    }
}

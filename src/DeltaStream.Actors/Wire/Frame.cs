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
}

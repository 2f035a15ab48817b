using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Node.Transports.Relay;

/// <summary>What a session takes to another node.</summary>
/// <param name="Frames">What waits to be sent, in order.</param>
/// <param name="Application">The application's part.</param>
internal sealed record MovedSession(IReadOnlyList<Frame> Frames, byte[] Application)
{
    public byte[] Write() => MovedClientCodec.ToBytes(output =>
    {
        MovedClientCodec.WriteList(output, Frames, MovedClientCodec.Write);
        MovedClientCodec.WriteBytes(output, Application);
    });

    /// <exception cref="InvalidDataException">The bytes are not a session.</exception>
    public static MovedSession Read(byte[] bytes)
    {
        using var input = MovedClientCodec.Reader(bytes);
        return MovedClientCodec.Guarded(input, static from =>
            new MovedSession(MovedClientCodec.ReadList(from, MovedClientCodec.ReadFrame) ?? [], MovedClientCodec.ReadBytes(from)));
    }
}

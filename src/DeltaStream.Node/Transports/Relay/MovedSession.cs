using System.Diagnostics.CodeAnalysis;
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

    /// <returns>False if the bytes are not a session.</returns>
    public static bool TryRead(byte[] bytes, [NotNullWhen(true)] out MovedSession? session)
    {
        using var input = MovedClientCodec.Reader(bytes);
        try
        {
            session = MovedClientCodec.Guarded(input, static from =>
                new MovedSession(MovedClientCodec.ReadList(from, MovedClientCodec.ReadFrame) ?? [], MovedClientCodec.ReadBytes(from)));
            return true;
        }
        catch (InvalidDataException)
        {
            session = null;
            return false;
        }
    }
}

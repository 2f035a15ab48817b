using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Node.Transports.Relay;

/// <summary>The state of a session that moves to another node.</summary>
/// <param name="Frames">The waiting frames, in order.</param>
/// <param name="Application">The application's state.</param>
internal sealed record MovedSession(IReadOnlyList<Frame> Frames, byte[] Application)
{
    public byte[] Write() => new FieldWriter().List(Frames, MovedClientCodec.Write).Bytes(Application).ToBytes();

    /// <exception cref="System.Runtime.Serialization.SerializationException">The bytes are not a session.</exception>
    public static MovedSession Read(byte[] bytes)
    {
        var from = new FieldReader(bytes);
        return new(from.List(MovedClientCodec.ReadFrame) ?? [], from.Bytes().ToArray());
    }
}

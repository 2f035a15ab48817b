using DeltaStream.Actors.Wire;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>The engine packets with constant bytes.</summary>
internal static class EngineFrames
{
    public static readonly Frame Close = Of(EnginePacket.Of(EnginePacketType.Close));
    public static readonly Frame Ping = Of(EnginePacket.Of(EnginePacketType.Ping));
    public static readonly Frame Noop = Of(EnginePacket.Of(EnginePacketType.Noop));
    public static readonly Frame ProbePong = Of(new EnginePacket(EnginePacketType.Pong, "probe"u8.ToArray(), false));

    public static Frame Of(in EnginePacket packet) => new(EnginePacketCodec.ToFrame(packet));
}

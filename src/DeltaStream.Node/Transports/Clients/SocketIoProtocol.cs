using DeltaStream.Actors.Wire;
using DeltaStream.SocketIO;

namespace DeltaStream.Node.Transports.Clients;

/// <summary>Writes events and acknowledgements as Socket.IO packets of the namespace <c>/</c>.</summary>
internal sealed class SocketIoProtocol : IWireProtocol
{
    public static readonly SocketIoProtocol Instance = new();

    private SocketIoProtocol() { }

    public int ProtocolIndex => 0;

    public Frame EncodeEvent(string name, ReadOnlySpan<byte> data) => new(SocketFrames.Event(name, data));

    public Frame EncodeEvent(string name, ReadOnlySpan<byte> data, ReadOnlySpan<byte> meta) => new(SocketFrames.Event(name, [.. data, (byte)',', .. meta]));

    public Frame EncodeAck(ReadOnlySpan<byte> id, ReadOnlySpan<byte> data) => new(SocketFrames.Ack(id, data));
}

using DeltaStream.Actors.Wire;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.ConformanceHost;

/// <summary>Raw Engine.IO: each message comes back as it was.</summary>
internal sealed class EngineEcho : IEngineApplication
{
    public IEngineConnection Open(IEngineLink link)
    {
        var outbox = new Outbox(link);
        link.Attach(outbox);
        return new Connection(outbox);
    }

    private sealed class Connection(Outbox outbox) : IEngineConnection
    {
        public ValueTask ReceiveAsync(ReadOnlyMemory<byte> data, bool isBinary)
        {
            outbox.Send(new Frame(EnginePacketCodec.ToFrame(isBinary ? EnginePacket.Binary(data) : EnginePacket.Text(data))));
            return default;
        }

        public ValueTask WhenHandledAsync() => default;
    }
}

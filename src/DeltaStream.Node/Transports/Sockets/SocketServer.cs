using DeltaStream.Node.Transports.Engine;
using DeltaStream.Node.Transports.Timing;

namespace DeltaStream.Node.Transports.Sockets;

/// <summary>Socket.IO as what speaks over Engine.IO.</summary>
internal sealed class SocketServer(ISocketApplication application, Deadlines deadlines, TimeSpan connectTimeout) : IEngineApplication
{
    /// <inheritdoc/>
    public IEngineConnection Open(IEngineLink link) => new SocketSession(link, application, deadlines, connectTimeout);
}

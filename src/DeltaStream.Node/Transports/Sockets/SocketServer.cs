using DeltaStream.Actors.Binary;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Engine;

namespace DeltaStream.Node.Transports.Sockets;

/// <summary>Socket.IO as an application of Engine.IO.</summary>
/// <param name="application">The application over Socket.IO.</param>
/// <param name="deadlines">The timer of the connections.</param>
/// <param name="connectTimeout">The time within which a client must join.</param>
/// <param name="onNoConnect">Called for each client that has not joined in time, when it is closed.</param>
internal sealed class SocketServer(ISocketApplication application, Deadlines deadlines, TimeSpan connectTimeout, Action? onNoConnect = null) : IEngineApplication
{
    public IEngineConnection Open(IEngineLink link) => new SocketSession(link, application, deadlines, connectTimeout, onNoConnect);

    public async ValueTask<IEngineConnection?> ArriveAsync(IEngineLink link, byte[] state)
    {
        var from = new FieldReader(state);
        // A client that has not joined yet has no state to restore.
        if (!from.Bool()) return Open(link);
        return await application.ArriveAsync(link, from) is { } connection ? new SocketSession(link, connection) : null;
    }
}

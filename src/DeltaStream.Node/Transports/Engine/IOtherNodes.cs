using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>The nodes that hold other sessions. Without them every session is this node's own.</summary>
internal interface IOtherNodes
{
    /// <summary>Serves a request of a session that this node does not hold; null if no other node could hold it.</summary>
    Task? TryServe(HttpContext context, EngineRequest request);
}

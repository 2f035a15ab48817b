using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>The nodes that hold other sessions. Without this service every session belongs to this node.</summary>
internal interface IOtherNodes
{
    /// <summary>Serves a request for a session that this node does not hold; null if no other node can hold it.</summary>
    Task? TryServe(HttpContext context, EngineRequest request);
}

using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Node.Transports.Connections;

/// <summary>
/// What an application may do with a connection, from any thread. It writes only while the link is ready: after a write that
/// returned false not before the connection's <c>Ready</c> was called.
/// </summary>
public interface IConnectionLink
{
    /// <summary><c>polling</c>, <c>websocket</c> or <c>ws</c> (the plain WebSocket).</summary>
    string Transport { get; }

    /// <summary>The token that came with the request that opened the connection; null for none.</summary>
    string? BearerToken { get; }

    /// <summary>How many frames one write may hold now.</summary>
    int MaxBatch { get; }

    /// <summary>Sends the frames, in order and together. Never blocks, never throws; the list is the caller's again on return.</summary>
    /// <returns>True: ready for the next write at once. False: <c>Ready</c> will be called, or <c>Closed</c>.</returns>
    bool Write(IReadOnlyList<Frame> frames);

    /// <summary>Closes the connection. What was written before leaves first where that is possible.</summary>
    void Close(CloseReason reason);
}

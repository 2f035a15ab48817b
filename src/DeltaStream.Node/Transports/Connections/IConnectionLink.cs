using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Node.Transports.Connections;

/// <summary>
/// What an application may do with a connection, from any thread. It writes only while the link is ready: after a write that
/// returned false, not before <see cref="ILinkListener.Ready"/> was called.
/// </summary>
internal interface IConnectionLink
{
    /// <summary>A <see cref="TransportName"/>; changes when the client upgrades.</summary>
    string Transport { get; }

    /// <summary>The token of the request that opened the connection; null for none.</summary>
    string? BearerToken { get; }

    /// <summary>How many frames one write may hold now.</summary>
    int MaxBatch { get; }

    /// <summary>Whether the connection is over, and why.</summary>
    ConnectionEnd End { get; }

    /// <summary>
    /// Tells this listener when the connection can take a write and when it is over, from now on and instead of the listener
    /// before it; at once where that is so already. Not to be called before the application wants to write.
    /// </summary>
    void Attach(ILinkListener listener);

    /// <summary>Sends the frames, in order and together. Never blocks, never throws; the list is the caller's again on return.</summary>
    /// <returns>True: ready for the next write at once. False: the listener will be told.</returns>
    bool Write(IReadOnlyList<Frame> frames);

    /// <summary>Closes the connection. What was written before leaves first where that is possible.</summary>
    void Close(CloseReason reason);
}

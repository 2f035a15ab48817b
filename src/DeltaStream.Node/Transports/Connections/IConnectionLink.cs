using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Node.Transports.Connections;

/// <summary>
/// An application's access to a connection, from any thread. The application writes only while the link is ready: after a write
/// that returned false it waits for <see cref="ILinkListener.Ready"/>.
/// </summary>
internal interface IConnectionLink
{
    /// <summary>A <see cref="TransportName"/>; it changes when the client upgrades.</summary>
    string Transport { get; }

    /// <summary>The token in the request that opened the connection; null if it had none.</summary>
    string? BearerToken { get; }

    /// <summary>The most frames that one write may hold at the moment.</summary>
    int MaxBatch { get; }

    /// <summary>The connection's end and its reason.</summary>
    ConnectionEnd End { get; }

    /// <summary>
    /// Sets the listener; it replaces the former listener. It is told when the connection is ready for a write and when the connection
    /// ends; at once if either is already so. The application calls this only when it wants to write.
    /// </summary>
    void Attach(ILinkListener listener);

    /// <summary>Sends the frames together, in order. Never blocks, never throws. The caller may reuse the list on return.</summary>
    /// <returns>True if the connection is ready for the next write. False if the listener will be called when it is.</returns>
    bool Write(IReadOnlyList<Frame> frames);

    /// <summary>Closes the connection. Earlier writes are sent first if possible.</summary>
    void Close(CloseReason reason);
}

using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// A ClientActor's view of its connection. At most one write is in flight: the actor writes only after <see
/// cref="TransportReady"/>, and conflates until then.
/// </summary>
public interface IClientTransport
{
    /// <summary><c>websocket</c>, <c>polling</c> or <c>ws</c> (the plain WebSocket). It changes when the client upgrades.</summary>
    string Name { get; }

    /// <summary>Encodes frames for this connection; the same for the connection's whole life.</summary>
    IWireProtocol Protocol { get; }

    /// <summary>The maximum number of frames in one write now (16 for long-polling).</summary>
    int MaxBatch { get; }

    /// <summary>Sends the frames together, in order. Never blocks and never throws. The caller may reuse the list after the call.</summary>
    /// <returns>
    /// True if the transport can take the next write at once. False if a <see cref="TransportReady"/> will follow, or a <see
    /// cref="TransportClosed"/>. The frames are taken in both cases.
    /// </returns>
    bool Write(IReadOnlyList<Frame> frames);

    /// <summary>
    /// Pauses or resumes reading the client's messages, except heartbeats, so that a client that does not read its answers
    /// can't send more requests. Messages that were read before may still arrive. Never blocks, and may be repeated.
    /// </summary>
    /// <param name="on">False pauses, true resumes.</param>
    void SetReading(bool on);

    /// <summary>Closes the connection. Earlier writes are sent first if possible, but the transport never waits long for the peer.</summary>
    void Close(CloseReason reason);
}

using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// What a ClientActor knows of its connection. At most one write is in flight: the actor writes only after the transport
/// has said that it is ready (<see cref="TransportReady"/>), and conflates until then.
/// </summary>
public interface IClientTransport
{
    /// <summary><c>websocket</c>, <c>polling</c> or <c>ws</c> (the plain WebSocket); may change when the client upgrades.</summary>
    string Name { get; }

    /// <summary>How frames for this connection are made; the same for its whole life.</summary>
    IWireProtocol Protocol { get; }

    /// <summary>How many frames one write may hold now (16 while long-polling).</summary>
    int MaxBatch { get; }

    /// <summary>
    /// Sends the frames, in order, together. Never blocks and never throws. The list is the caller's again on return.
    /// </summary>
    /// <returns>
    /// True: taken, ready for the next write at once. False: taken, and a <see cref="TransportReady"/> will be told when the
    /// next write may come (or a <see cref="TransportClosed"/>).
    /// </returns>
    bool Write(IReadOnlyList<Frame> frames);

    /// <summary>
    /// Stops or resumes taking messages from the client, heartbeats apart: a client that does not read its answers is not
    /// read from either. What was taken before may still arrive. Never blocks; repeating it is harmless.
    /// </summary>
    /// <param name="on">False: read no further message; true: read on.</param>
    void SetReading(bool on);

    /// <summary>Closes the connection: what was written before leaves first where that is possible, and never waits for the peer for long.</summary>
    void Close(CloseReason reason);
}

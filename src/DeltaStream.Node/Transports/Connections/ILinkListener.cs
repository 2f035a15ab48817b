using DeltaStream.Actors.Clients;

namespace DeltaStream.Node.Transports.Connections;

/// <summary>The events of a connection for its client, from any thread.</summary>
internal interface ILinkListener
{
    /// <summary>The connection is ready for a write.</summary>
    void Ready();

    /// <summary>The connection has ended. This is the last call, and it comes once.</summary>
    void Ended(CloseReason reason);
}

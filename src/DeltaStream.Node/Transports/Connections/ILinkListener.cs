using DeltaStream.Actors.Clients;

namespace DeltaStream.Node.Transports.Connections;

/// <summary>What a connection tells the client behind it, from any thread.</summary>
internal interface ILinkListener
{
    /// <summary>The connection can take a write.</summary>
    void Ready();

    /// <summary>The connection is over. Called once, last.</summary>
    void Ended(CloseReason reason);
}

using Microsoft.AspNetCore.Connections.Features;

namespace DeltaStream.Node.Admission;

/// <summary>One HTTP connection. It is idle only between its requests; <see cref="IdleConnections"/> keeps its state.</summary>
/// <param name="address">The address of the peer.</param>
/// <param name="lifetime">Closes the connection.</param>
internal sealed class IdleConnection(ClientAddress address, IConnectionLifetimeNotificationFeature? lifetime)
{
    public ClientAddress Address => address;

    /// <summary>The connection's places in the lists of idle connections; null while it is not idle.</summary>
    public (LinkedListNode<IdleConnection> InAll, LinkedListNode<IdleConnection> InAddress)? Places { get; set; }

    public bool HasEnded { get; set; }

    /// <summary>Closes the connection in order: a request that has just begun is still answered.</summary>
    public void Close() => lifetime?.RequestClose();
}

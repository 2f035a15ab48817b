using Akka.Actor;
using Akka.Actor.Setup;

namespace DeltaStream.Actors.Members;

/// <summary>Puts another cluster and another clock under a node's actors. The simulator starts its nodes with it.</summary>
/// <param name="cluster">Makes the node's cluster.</param>
/// <param name="time">The node's monotonic clock.</param>
public sealed class NodeSetup(Func<ExtendedActorSystem, NodeCluster> cluster, TimeProvider time) : Setup
{
    /// <summary>Makes the node's cluster.</summary>
    public Func<ExtendedActorSystem, NodeCluster> Cluster => cluster;

    /// <summary>The node's monotonic clock.</summary>
    public TimeProvider Time => time;
}

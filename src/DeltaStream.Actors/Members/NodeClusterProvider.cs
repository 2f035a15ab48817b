using Akka.Actor;

namespace DeltaStream.Actors.Members;

/// <summary>Makes the <see cref="NodeCluster"/> of an actor system on first use: Akka's, unless the system was set up with another.</summary>
internal sealed class NodeClusterProvider : ExtensionIdProvider<NodeCluster>
{
    public override NodeCluster CreateExtension(ExtendedActorSystem system) =>
        system.Settings.Setup.Get<NodeSetup>() is { HasValue: true } setup ? setup.Value.Cluster(system) : new AkkaNodeCluster(system);
}

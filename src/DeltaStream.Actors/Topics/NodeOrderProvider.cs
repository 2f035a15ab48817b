using Akka.Actor;

namespace DeltaStream.Actors.Topics;

/// <summary>Makes the one <see cref="NodeOrder"/> of an actor system, when it is first asked for.</summary>
internal sealed class NodeOrderProvider : ExtensionIdProvider<NodeOrder>
{
    public override NodeOrder CreateExtension(ExtendedActorSystem system) => new(TimeProvider.System);
}

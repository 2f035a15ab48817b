using Akka.Actor;
using DeltaStream.Actors.Members;

namespace DeltaStream.Actors.Topics;

/// <summary>Makes the <see cref="NodeOrder"/> of an actor system on first use.</summary>
internal sealed class NodeOrderProvider : ExtensionIdProvider<NodeOrder>
{
    public override NodeOrder CreateExtension(ExtendedActorSystem system) => new(system.Settings.Setup.Get<NodeSetup>() is { HasValue: true } setup ? setup.Value.Time : TimeProvider.System);
}

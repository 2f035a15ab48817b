using Akka.Actor;
using DeltaStream.Simulator.World;

namespace DeltaStream.Simulator.Twins;

/// <summary>An actor of another node, as a node sees it: what it is told travels over the network.</summary>
/// <param name="home">The node that has the reference.</param>
/// <param name="owner">The node of the actor.</param>
/// <param name="actor">The actor.</param>
internal sealed class RemoteRef(SimNode home, SimNode owner, ICanTell actor) : MinimalActorRef
{
    public SimNode Owner => owner;

    public ICanTell Actor => actor;

    public override ActorPath Path { get; } = new RootActorPath(owner.Address) / "remote";

    public override IActorRefProvider Provider => home.System.Provider;

    protected override void TellInternal(object message, IActorRef sender) => home.Cluster.Send(owner, actor, message, sender);
}

/// <summary>A receiver that is no actor, such as a client of the simulation.</summary>
internal sealed class CallbackRef(SimNode node, Action<object> receive) : MinimalActorRef
{
    public override ActorPath Path { get; } = new RootActorPath(node.Address) / "callback";

    public override IActorRefProvider Provider => node.System.Provider;

    protected override void TellInternal(object message, IActorRef sender) => receive(message);
}

/// <summary>The mediator as the gateway's actors see it. The simulation sees each publication at the moment when it is made.</summary>
internal sealed class ObservedMediator(SimNode node, IActorRef mediator, Action<object> observe) : MinimalActorRef
{
    public override ActorPath Path => mediator.Path;

    public override IActorRefProvider Provider => node.System.Provider;

    protected override void TellInternal(object message, IActorRef sender)
    {
        observe(message);
        mediator.Tell(message, sender);
    }
}

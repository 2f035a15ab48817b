using Akka.Actor;
using Akka.Cluster;

namespace DeltaStream.Actors.Members;

/// <summary>
/// What a node's actors need of its cluster: who is a member, how to reach an actor of a member, and the mediator of pub-sub. An
/// extension of the actor system, so that the simulator can put its own cluster in the place of Akka's.
/// </summary>
public abstract class NodeCluster : IExtension
{
    /// <summary>The node's mediator of pub-sub.</summary>
    public abstract IActorRef Mediator { get; }

    /// <summary>This node's address and number, which differ in each of its lives.</summary>
    public abstract UniqueAddress Self { get; }

    /// <summary>The cluster of a node.</summary>
    public static NodeCluster Of(ActorSystem system) => system.WithExtension<NodeCluster, NodeClusterProvider>();

    /// <summary>Sends the subscriber each member's state, and from then on every change, as <see cref="ClusterEvent.IMemberEvent"/>.</summary>
    public abstract void Subscribe(IActorRef subscriber);

    /// <summary>Ends what <see cref="Subscribe"/> began.</summary>
    public abstract void Unsubscribe(IActorRef subscriber);

    /// <summary>An actor of a member.</summary>
    /// <param name="member">The member's address.</param>
    /// <param name="path">The actor's path, for example <c>user/sessions</c>.</param>
    public abstract ICanTell ActorAt(Address member, string path);

    /// <summary>The address of the reachable member with this number; null if there is none.</summary>
    public abstract Address? FindReachable(string uid);

    /// <summary>Asks an actor of a member.</summary>
    /// <param name="member">The member's address.</param>
    /// <param name="path">The actor's path.</param>
    /// <param name="question">The question.</param>
    /// <param name="patience">How long to wait for the answer.</param>
    /// <returns>The answer; the default value if there was none in time.</returns>
    public abstract Task<TAnswer?> AskAsync<TAnswer>(Address member, string path, object question, TimeSpan patience) where TAnswer : class;
}

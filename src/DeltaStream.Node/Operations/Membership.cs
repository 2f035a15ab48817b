using Akka.Actor;
using Akka.Cluster;

namespace DeltaStream.Node.Operations;

/// <summary>
/// The node's standing in its cluster, read from the cluster's own state: Akka's readiness check stays healthy after the
/// node was removed.
/// </summary>
public sealed class Membership(ActorSystem system)
{
    private readonly Cluster _cluster = Cluster.Get(system);

    /// <summary>Whether the node is a full member: up, and not removed or downed since.</summary>
    public bool IsFullMember =>
        !_cluster.IsTerminated && !system.WhenTerminated.IsCompleted && _cluster.SelfMember.Status == MemberStatus.Up
        && _cluster.State.Members.Any(member => member.UniqueAddress.Equals(_cluster.SelfUniqueAddress));

    /// <summary>How many full members the node sees, itself included.</summary>
    public int Members => _cluster.State.Members.Count(member => member.Status == MemberStatus.Up);
}

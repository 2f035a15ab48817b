using Akka.Actor;
using Akka.Cluster;

namespace DeltaStream.Node.Hosting;

/// <summary>
/// The node's standing in its cluster, read from the cluster's own state: Akka's readiness check stays healthy after the
/// node was removed.
/// </summary>
internal sealed class Membership(ActorSystem system)
{
    private readonly Cluster _cluster = Cluster.Get(system);
    private IReadOnlyList<string> _otherCluster = [];

    /// <summary>Whether the node is a full member: up, and not removed or downed since.</summary>
    public bool IsFullMember =>
        !_cluster.IsTerminated && !system.WhenTerminated.IsCompleted && _cluster.SelfMember.Status == MemberStatus.Up
        && _cluster.State.Members.Any(member => member.UniqueAddress.Equals(_cluster.SelfUniqueAddress));

    /// <summary>How many full members the node sees, itself included.</summary>
    public int Members => _cluster.State.Members.Count(member => member.Status == MemberStatus.Up);

    /// <summary>How many members some node doesn't reach at the moment; still members, until they are reached again or let go.</summary>
    public int Unreachable => _cluster.State.Unreachable.Count;

    /// <summary>Members on the same Redis that are none of this node's cluster, for so long that they must be another one.</summary>
    public IReadOnlyList<string> OtherCluster
    {
        get => Volatile.Read(ref _otherCluster);
        internal set => Volatile.Write(ref _otherCluster, value);
    }

    /// <summary>Whether a node belongs to this node's cluster, in whatever state.</summary>
    /// <param name="node">Its address as <c>host:port</c>.</param>
    public bool Knows(string node) => _cluster.State.Members.Any(member => $"{member.Address.Host}:{member.Address.Port}" == node);
}

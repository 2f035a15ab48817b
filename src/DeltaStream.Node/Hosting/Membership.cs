using Akka.Actor;
using Akka.Cluster;

namespace DeltaStream.Node.Hosting;

/// <summary>
/// The node's membership, read from the cluster's own state. Akka's readiness check is not used, because it stays healthy after the
/// cluster has removed the node.
/// </summary>
internal sealed class Membership(ActorSystem system)
{
    private readonly Cluster _cluster = Cluster.Get(system);

    /// <summary>Whether the node is a full member: up, and neither removed nor downed since.</summary>
    public bool IsFullMember =>
        !_cluster.IsTerminated && !system.WhenTerminated.IsCompleted && _cluster.SelfMember.Status == MemberStatus.Up
        && _cluster.State.Members.Any(member => member.UniqueAddress.Equals(_cluster.SelfUniqueAddress));

    /// <summary>The number of full members that the node sees, itself included.</summary>
    public int Members => _cluster.State.Members.Count(member => member.Status == MemberStatus.Up);

    /// <summary>
    /// The number of members that some node can't reach at the moment. They stay members until they are reachable again or removed.
    /// </summary>
    public int Unreachable => _cluster.State.Unreachable.Count;

    /// <summary>Whether another full member has a bridge, to which this node can hand the lease.</summary>
    public bool HasOtherBridge => IsFullMember && _cluster.State.Members.Any(member =>
        member.Status == MemberStatus.Up && member.HasRole(Settings.ClusterSettings.Bridge) && !member.UniqueAddress.Equals(_cluster.SelfUniqueAddress));

    /// <summary>The number of members in each state, and of those that some node can't reach; every state is there, at 0 too.</summary>
    public IEnumerable<(string State, int Count)> ByState()
    {
        var state = _cluster.State;
        foreach (var status in Enum.GetValues<MemberStatus>())
            if (status != MemberStatus.Removed) yield return (status.ToString().ToLowerInvariant(), state.Members.Count(member => member.Status == status));
        yield return ("unreachable", state.Unreachable.Count);
    }

    /// <summary>Whether a node belongs to this node's cluster, in any state.</summary>
    /// <param name="node">The node's address as <c>host:port</c>.</param>
    public bool Knows(string node) => _cluster.State.Members.Any(member => $"{member.Address.Host}:{member.Address.Port}" == node);
}

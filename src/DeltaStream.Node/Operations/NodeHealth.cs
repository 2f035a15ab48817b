using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Settings;

namespace DeltaStream.Node.Operations;

/// <summary>What the node knows of itself.</summary>
internal sealed class NodeHealth(NodeSettings settings, NodePhase phase, Membership membership, NodeStatus status, ActorSystem system)
{
    /// <summary>The answer of <c>/health</c>.</summary>
    public HealthReport Report()
    {
        var feed = status.Feed;
        return new HealthReport(
            feed.State == FeedState.Live && membership.IsFullMember ? "healthy" : "degraded",
            settings.ServiceName,
            status.Clients,
            settings.Cluster.Self.ToString(),
            membership.Members,
            !settings.Cluster.Has(ClusterSettings.Bridge) ? "none" : BridgeMetrics.IsActive ? "active" : "standby",
            feed.Name,
            phase.IsDraining,
            status.IsSimulated);
    }

    /// <summary>The process works: nothing that a restart would not mend.</summary>
    public IReadOnlyDictionary<string, bool> Liveness() => new Dictionary<string, bool>
    {
        ["actor_system"] = !system.WhenTerminated.IsCompleted,
    };

    /// <summary>The node can take clients. Redis is not asked: without it the clients would have nowhere to go.</summary>
    public IReadOnlyDictionary<string, bool> Readiness() => new Dictionary<string, bool>
    {
        ["member"] = membership.IsFullMember,
        ["not_draining"] = !phase.IsDraining,
    };
}

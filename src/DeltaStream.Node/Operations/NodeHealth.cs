using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Hosting;
using DeltaStream.Node.Settings;

namespace DeltaStream.Node.Operations;

/// <summary>The node's health, for operators and load balancers.</summary>
internal sealed class NodeHealth(NodeSettings settings, NodePhase phase, Membership membership, NodeStatus status, NodeProblems problems, BridgeStatus bridge, ActorSystem system)
{
    public HealthReport Report()
    {
        var feed = status.Feed;
        var hasBridge = settings.Cluster.Has(ClusterSettings.Bridge);
        var current = problems.Current;
        return new HealthReport(
            feed.State == FeedState.Live && membership.IsFullMember && current.Count == 0 ? "healthy" : "degraded",
            settings.ServiceName,
            BuildInfo.Current.Version,
            BuildInfo.Current.Commit,
            status.Clients,
            settings.Cluster.Self.ToString(),
            membership.Members,
            !hasBridge ? "none" : bridge.IsActive ? "active" : "standby",
            feed.Name,
            phase.IsDraining,
            status.IsSimulated,
            !hasBridge ? "none" : bridge.IsListening ? "up" : "down",
            membership.Unreachable,
            [.. current.Select(problem => problem.Key.Name)],
            current.ToDictionary(problem => problem.Key.Name, problem => problem.Value));
    }

    /// <summary>Exports the state as metrics as well.</summary>
    public void Observe(NodeMetrics metrics)
    {
        metrics.ObserveMembers(membership.ByState);
        metrics.ObserveFeed([.. Enum.GetValues<FeedState>().Select(state => new FeedStatus(state, default, null, 0).Name)], () => status.Feed.Name);
        metrics.ObserveProblems(problems);
        metrics.ObservePhase(() => Readiness().Values.All(check => check), () => phase.IsDraining);
    }

    /// <summary>Whether the process works; false only for faults that a restart would mend.</summary>
    public IReadOnlyDictionary<string, bool> Liveness() => new Dictionary<string, bool>
    {
        ["actor_system"] = !system.WhenTerminated.IsCompleted,
    };

    /// <summary>
    /// Whether the node can take clients. The state of Redis does not count: without Redis every node would be unready, and clients
    /// would have no node to go to.
    /// </summary>
    public IReadOnlyDictionary<string, bool> Readiness() => new Dictionary<string, bool>
    {
        ["member"] = membership.IsFullMember,
        ["not_draining"] = !phase.IsDraining,
    };
}

using System.Diagnostics.Metrics;

namespace DeltaStream.Actors.Telemetry;

/// <summary>The state of the node as metrics: what <c>/health</c> says, in a form for alerts.</summary>
public sealed class NodeMetrics : IDisposable
{
    // The scope distinguishes the instruments of two nodes in one process.
    private readonly Meter _meter;

    public NodeMetrics() => _meter = new(new MeterOptions(GatewayMetrics.MeterName) { Scope = this });

    /// <summary>Observes how many members the node sees in each state.</summary>
    public void ObserveMembers(Func<IEnumerable<(string State, int Count)>> members) => _meter.CreateObservableGauge(
        "cluster_members", () => members().Select(each => Tagged(each.Count, "state", each.State)), description: "Members of the cluster as this node sees them, by state");

    /// <summary>Observes the state of the feed: 1 for the current one of these, 0 for the others.</summary>
    public void ObserveFeed(IReadOnlyList<string> states, Func<string> current) => _meter.CreateObservableGauge(
        "feed_status", () => OneOf(states, "status", current()), description: "1 for the current state of the feed, 0 for the others");

    /// <summary>Observes the problems of the node: 1 while there is one, 0 otherwise.</summary>
    public void ObserveProblems(NodeProblems problems) => _meter.CreateObservableGauge("problem", () =>
    {
        var current = problems.Current.Select(each => each.Key).ToHashSet();
        return Problem.All.Select(problem => Tagged(current.Contains(problem) ? 1 : 0, "name", problem.Name));
    }, description: "1 while the node has this problem");

    /// <summary>Observes whether the node takes clients, and whether it is draining.</summary>
    public void ObservePhase(Func<bool> isReady, Func<bool> isDraining)
    {
        _meter.CreateObservableGauge("ready", () => isReady() ? 1 : 0, description: "1 while the node takes clients, as /health/ready says");
        _meter.CreateObservableGauge("draining", () => isDraining() ? 1 : 0, description: "1 while the node is stopping");
    }

    /// <summary>Observes when the certificates of the node expire, in seconds since 1970.</summary>
    public void ObserveCertificates(Func<IEnumerable<(string Name, double Seconds)>> certificates) => _meter.CreateObservableGauge(
        "certificate_expires_timestamp_seconds", () => certificates().Select(each => new Measurement<double>(each.Seconds, new KeyValuePair<string, object?>("certificate", each.Name))),
        "s", "When a certificate of the node expires, in seconds since 1970");

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> OneOf(IReadOnlyList<string> all, string tag, string current) =>
        all.Select(each => Tagged(each == current ? 1 : 0, tag, each));

    private static Measurement<int> Tagged(int value, string tag, string text) => new(value, new KeyValuePair<string, object?>(tag, text));
}

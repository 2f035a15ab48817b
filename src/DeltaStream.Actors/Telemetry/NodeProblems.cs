using System.Collections.Concurrent;

namespace DeltaStream.Actors.Telemetry;

/// <summary>The node's problems at this moment. Safe to use from any thread. The caller logs the begin and the end of a problem.</summary>
public sealed class NodeProblems
{
    private readonly ConcurrentDictionary<(Problem Problem, string Source), string> _details = [];

    /// <summary>The current problems with their details, in the order of <see cref="Problem.All"/>.</summary>
    public IReadOnlyList<KeyValuePair<Problem, string>> Current =>
        [.. _details.ToArray().GroupBy(entry => entry.Key.Problem)
            .OrderBy(group => Problem.All.Index().First(known => known.Item == group.Key).Index)
            .Select(group => KeyValuePair.Create(group.Key, string.Join("; ", group.OrderBy(entry => entry.Key.Source, StringComparer.Ordinal).Select(entry => entry.Value))))];

    /// <summary>Begins a problem, or changes its detail.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="detail">One line for operators, without secrets.</param>
    /// <param name="source">Who sees the problem. Each source begins and ends it for itself; the details of all are shown.</param>
    /// <returns>True if the problem begins with this call.</returns>
    public bool Raise(Problem problem, string detail, string source = "")
    {
        var begins = _details.TryAdd((problem, source), detail);
        if (!begins) _details[(problem, source)] = detail;
        return begins;
    }

    /// <summary>Ends a problem as one source sees it; returns false if there was none.</summary>
    public bool End(Problem problem, string source = "") => _details.TryRemove((problem, source), out _);

    /// <summary>Begins the problem, or ends it if there is no detail.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="detail">One line for operators; null: the problem is over.</param>
    /// <param name="source">Who sees the problem.</param>
    /// <returns>True if the problem began or ended with this call.</returns>
    public bool Set(Problem problem, string? detail, string source = "") => detail is null ? End(problem, source) : Raise(problem, detail, source);
}

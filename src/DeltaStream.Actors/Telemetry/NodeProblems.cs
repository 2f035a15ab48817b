using System.Collections.Concurrent;

namespace DeltaStream.Actors.Telemetry;

/// <summary>The node's problems at this moment. Safe to use from any thread. The caller logs the begin and the end of a problem.</summary>
public sealed class NodeProblems
{
    private readonly ConcurrentDictionary<Problem, string> _details = [];

    /// <summary>The current problems with their details, in the order of <see cref="Problem.All"/>.</summary>
    public IReadOnlyList<KeyValuePair<Problem, string>> Current =>
        [.. Problem.All.Where(_details.ContainsKey).Select(problem => KeyValuePair.Create(problem, _details.GetValueOrDefault(problem, "")))];

    /// <summary>Begins a problem, or changes its detail.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="detail">One line for operators, without secrets.</param>
    /// <returns>True if the problem begins with this call.</returns>
    public bool Raise(Problem problem, string detail)
    {
        var begins = _details.TryAdd(problem, detail);
        if (!begins) _details[problem] = detail;
        return begins;
    }

    /// <summary>Ends a problem; returns false if there was none.</summary>
    public bool End(Problem problem) => _details.TryRemove(problem, out _);

    /// <summary>Begins the problem, or ends it if there is no detail.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="detail">One line for operators; null: the problem is over.</param>
    /// <returns>True if the problem began or ended with this call.</returns>
    public bool Set(Problem problem, string? detail) => detail is null ? End(problem) : Raise(problem, detail);
}

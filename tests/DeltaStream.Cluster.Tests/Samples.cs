using System.Globalization;
using DeltaStream.TestSupport;

namespace DeltaStream.Cluster.Tests;

/// <summary>What a node's <c>/metrics</c> says.</summary>
internal static class Samples
{
    /// <summary>The sum of a metric's samples, or of those with this label.</summary>
    /// <param name="node">The node.</param>
    /// <param name="name">The metric's name.</param>
    /// <param name="label">A label as it is written, <c>reason="expired"</c>; null: all of them.</param>
    public static async Task<double> SumAsync(this NodeProcess node, string name, string? label = null) =>
        (await node.GetAsync("/metrics")).Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is '{' or ' ')
            .Where(line => label is null || line.Contains(label, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}

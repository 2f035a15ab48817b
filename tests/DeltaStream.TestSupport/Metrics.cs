using System.Globalization;

namespace DeltaStream.TestSupport;

/// <summary>What a node's <c>/metrics</c> says.</summary>
public static class Metrics
{
    /// <summary>The sum of a metric's samples, or of those with a label.</summary>
    /// <param name="label">The label as it is written, <c>reason="expired"</c>; null: all samples.</param>
    public static double Sum(string text, string name, string? label = null) => text.Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is '{' or ' ')
        .Where(line => label is null || line.Contains(label, StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}

using System.Globalization;

namespace DeltaStream.Actors.Clocks;

/// <summary>Decides whether the node's own clock differs too much from Redis's. Not safe for concurrent use.</summary>
public sealed class ClockDifference
{
    /// <summary>A difference of more than this is a problem.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    // A little less than the tolerance, so that a clock at the limit does not begin and end the problem all the time.
    private static readonly TimeSpan EndsBelow = TimeSpan.FromSeconds(1.5);

    private bool _differs;

    /// <summary>Judges a measurement.</summary>
    /// <param name="ahead">How far the own clock is ahead; negative if it is behind.</param>
    /// <param name="error">The largest possible error of <paramref name="ahead"/>; a difference begins only if it is certain.</param>
    /// <returns>The problem's detail; null if the clocks agree.</returns>
    public string? Judge(TimeSpan ahead, TimeSpan error)
    {
        var by = ahead.Duration();
        _differs = _differs ? by >= EndsBelow : by - error > Tolerance;
        return _differs ? string.Create(CultureInfo.InvariantCulture, $"this node's clock is {by.TotalSeconds:0.0} s {(ahead < TimeSpan.Zero ? "behind" : "ahead of")} Redis's") : null;
    }
}

namespace DeltaStream.Actors.Views;

/// <summary>A granted rate. There are few, so that clients of one class are sent updates at the same instants and share frames.</summary>
internal sealed class RateClass
{
    /// <summary>The lowest rate that a client may ask for, in updates a second.</summary>
    public const double Lowest = 0.1;

    /// <summary>The classes, the fastest first.</summary>
    public static readonly IReadOnlyList<RateClass> All = [new(20, 50), new(10, 100), new(5, 200), new(2, 500), new(1, 1_000), new(0.5, 2_000), new(0.2, 5_000), new(Lowest, 10_000)];

    private RateClass(double perSecond, int milliseconds) => (PerSecond, Period) = (perSecond, TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>The greatest number of updates a second.</summary>
    public double PerSecond { get; }

    /// <summary>The time between two instants of the class.</summary>
    public TimeSpan Period { get; }

    /// <summary>The greatest class that is not above a rate; null if the rate is below the lowest class.</summary>
    public static RateClass? For(double perSecond)
    {
        foreach (var it in All)
        {
            if (it.PerSecond <= perSecond) return it;
        }

        return null;
    }

    public override string ToString() => $"{PerSecond} a second";
}

namespace DeltaStream.Demo.Simulation;

/// <summary>The market's random numbers. The same seed gives the same course of prices.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>A random number, evenly distributed between 0 and 1.</summary>
    public double Even() => _random.NextDouble();

    /// <summary>True with this probability.</summary>
    public bool Happens(double chance) => Even() < chance;

    /// <summary>A normally distributed random number with mean 0 and deviation 1 (Box-Muller).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Even())) * Math.Cos(2 * Math.PI * Even());
}

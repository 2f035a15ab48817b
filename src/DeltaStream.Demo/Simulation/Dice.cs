namespace DeltaStream.Demo.Simulation;

/// <summary>The market's chance. One seed, one course of prices.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>Evenly between 0 and 1.</summary>
    public double Even() => _random.NextDouble();

    /// <summary>Whether something with this chance happens.</summary>
    public bool Happens(double chance) => Even() < chance;

    /// <summary>Normal, mean 0, deviation 1 (Box-Muller).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Even())) * Math.Cos(2 * Math.PI * Even());
}

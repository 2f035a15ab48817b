namespace DeltaStream.Demo.Simulation;

/// <summary>Prices as an exchange quotes them: multiples of a tick with two decimals.</summary>
internal static class Money
{
    /// <summary>The smallest step of an option's price.</summary>
    public const double OptionTick = 0.05;

    /// <summary>The nearest multiple of the tick.</summary>
    public static double ToTick(double price, double tick) => Math.Round(Math.Round(price / tick) * tick, 2);
}

namespace DeltaStream.Demo.Simulation;

/// <summary>Prices with two decimals: multiples of a tick as an exchange quotes them, or of a cent.</summary>
internal static class Money
{
    /// <summary>The smallest step of an option's first price.</summary>
    public const double OptionTick = 0.05;

    /// <summary>The smallest price.</summary>
    public const double Cent = 0.01;

    /// <summary>The nearest multiple of the tick.</summary>
    public static double ToTick(double price, double tick) => Math.Round(Math.Round(price / tick) * tick, 2);

    /// <summary>The price with two decimals.</summary>
    public static double ToCent(double price) => Math.Round(price, 2);
}

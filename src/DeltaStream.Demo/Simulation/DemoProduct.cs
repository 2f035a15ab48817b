namespace DeltaStream.Demo.Simulation;

/// <summary>A simulated product: its start and its difference from the seed's index.</summary>
/// <param name="Symbol">The symbol in messages and rooms.</param>
/// <param name="Price">The price at which the product starts and to which it returns.</param>
/// <param name="StrikeStep">The distance between two strikes.</param>
/// <param name="StrikesEachSide">The distance of the farthest strike from the money, in steps.</param>
/// <param name="Beta">The share of a market move that the product follows.</param>
/// <param name="VolatilityFactor">The implied volatility as a multiple of the seed's.</param>
/// <param name="InterestFactor">The open interest and volume as a multiple of the seed's.</param>
/// <param name="Expiries">The product's expiries in the calendar: indices are weekly, shares monthly.</param>
internal sealed record DemoProduct(
    string Symbol, double Price, double StrikeStep, int StrikesEachSide, double Beta, double VolatilityFactor, double InterestFactor, int[] Expiries)
{
    /// <summary>Ten products with their prices on the day of the seed.</summary>
    public static IReadOnlyList<DemoProduct> All { get; } =
    [
        new("NIFTY", SeedChain.Spot, SeedChain.StrikeStep, 100, 1.0, 1.0, 1.0, [0, 1, 2]),
        new("BANKNIFTY", 35612.65, 100, 60, 1.25, 1.25, 0.7, [0, 1, 2]),
        new("FINNIFTY", 16384.10, 50, 40, 1.15, 1.15, 0.12, [0, 1]),
        new("SENSEX", 57121.40, 100, 50, 1.0, 0.98, 0.2, [0, 1]),
        new("RELIANCE", 2593.25, 20, 24, 1.1, 1.5, 0.08, [2]),
        new("TCS", 3696.40, 20, 24, 0.7, 1.3, 0.04, [2]),
        new("HDFCBANK", 1452.80, 10, 24, 1.1, 1.4, 0.07, [2]),
        new("INFY", 1884.95, 20, 20, 0.8, 1.45, 0.05, [2]),
        new("M&M", 781.30, 10, 20, 0.9, 1.7, 0.03, [2]),
        new("TATAMOTORS", 428.55, 5, 24, 1.4, 2.0, 0.06, [2]),
    ];
}

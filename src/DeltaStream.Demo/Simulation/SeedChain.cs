using System.Globalization;

namespace DeltaStream.Demo.Simulation;

/// <summary>One strike of the real chain; a leg is null where the exchange quoted none.</summary>
internal sealed record SeedStrike(double Strike, SeedLeg? Call, SeedLeg? Put);

/// <summary>Implied volatility (a fraction, 0 if unknown), open interest and volume (lots) of one real quote.</summary>
internal sealed record SeedLeg(double Volatility, double OpenInterest, double Volume);

/// <summary>The real option chain of one expiry that a simulated chain takes its shape from.</summary>
internal sealed class SeedChain
{
    /// <summary>The index when the chain was taken.</summary>
    public const double Spot = 17022.5;

    /// <summary>The strike nearest to it.</summary>
    public const double AtTheMoney = 17000;

    /// <summary>The distance of its strikes near the money.</summary>
    public const double StrikeStep = 50;

    private const string Resource = "nifty-2022-03-28.csv";

    private SeedChain(IReadOnlyList<SeedStrike> strikes)
    {
        Strikes = strikes;
        Smile = VolatilitySmile.Of(strikes);
    }

    /// <summary>The three expiries: some days, some days and a week, and a month away.</summary>
    public static IReadOnlyList<SeedChain> All { get; } = Read();

    public IReadOnlyList<SeedStrike> Strikes { get; }

    public VolatilitySmile Smile { get; }

    private static List<SeedChain> Read()
    {
        using var stream = typeof(SeedChain).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        var rows = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(','));
        return [.. rows.GroupBy(row => row[0]).OrderBy(expiry => expiry.Key).Select(expiry => new SeedChain([.. expiry.Select(Strike)]))];
    }

    private static SeedStrike Strike(string[] row) => new(Number(row[1]), Leg(row.AsSpan(2, 3)), Leg(row.AsSpan(5, 3)));

    private static SeedLeg? Leg(ReadOnlySpan<string> cells) =>
        cells[0].Length == 0 ? null : new SeedLeg(Number(cells[0]), Number(cells[1]), Number(cells[2]));

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
}

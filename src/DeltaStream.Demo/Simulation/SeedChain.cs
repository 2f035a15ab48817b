using System.Globalization;

namespace DeltaStream.Demo.Simulation;

/// <summary>One strike of the real chain; a leg is null if the exchange did not quote it.</summary>
internal sealed record SeedStrike(double Strike, SeedLeg? Call, SeedLeg? Put);

/// <summary>One real quote: implied volatility (a fraction, 0 if unknown), open interest and volume (lots).</summary>
internal sealed record SeedLeg(double Volatility, double OpenInterest, double Volume);

/// <summary>The real option chain of one expiry. A simulated chain takes its shape from it.</summary>
internal sealed class SeedChain
{
    /// <summary>The index at the time of the chain.</summary>
    public const double Spot = 17022.5;

    /// <summary>The strike nearest to <see cref="Spot"/>.</summary>
    public const double AtTheMoney = 17000;

    /// <summary>The distance between two strikes near the money.</summary>
    public const double StrikeStep = 50;

    private const string Resource = "nifty-2022-03-28.csv";

    private SeedChain(IReadOnlyList<SeedStrike> strikes)
    {
        Strikes = strikes;
        Smile = VolatilitySmile.Of(strikes);
    }

    /// <summary>The three expiries: some days away, a week later, and a month away.</summary>
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

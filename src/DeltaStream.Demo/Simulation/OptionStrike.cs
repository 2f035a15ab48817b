namespace DeltaStream.Demo.Simulation;

/// <summary>One row of a chain: a strike, its volatility and its two legs. One leg may be absent.</summary>
internal sealed class OptionStrike(double strike, double volatility, OptionLeg? call, OptionLeg? put)
{
    private const double VolatilityNoise = 0.004;
    private const double VolatilityReversion = 0.05;

    private readonly double _usualVolatility = volatility;

    public double Strike { get; } = strike;

    public OptionLeg? Call { get; } = call;

    public OptionLeg? Put { get; } = put;

    /// <summary>Implied volatility as a fraction per year.</summary>
    public double Volatility { get; private set; } = volatility;

    /// <summary>The time of the latest quote.</summary>
    public DateTimeOffset QuotedAt { get; private set; }

    public void Quote(double spot, double years, DateTimeOffset now, Dice dice)
    {
        Volatility += _usualVolatility * VolatilityNoise * dice.Normal() + VolatilityReversion * (_usualVolatility - Volatility);
        Call?.Quote(spot, Strike, Volatility, years, dice);
        Put?.Quote(spot, Strike, Volatility, years, dice);
        QuotedAt = now;
    }
}

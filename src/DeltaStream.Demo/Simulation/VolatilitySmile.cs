namespace DeltaStream.Demo.Simulation;

/// <summary>Implied volatility over moneyness, read between the points that the market really quoted.</summary>
internal sealed class VolatilitySmile
{
    private readonly double[] _moneyness;
    private readonly double[] _volatility;

    private VolatilitySmile(IReadOnlyList<(double Moneyness, double Volatility)> points)
    {
        _moneyness = [.. points.Select(point => point.Moneyness)];
        _volatility = [.. points.Select(point => point.Volatility)];
    }

    /// <summary>
    /// Out of the money is where options trade, so puts speak for the strikes below the index and calls for those above;
    /// the other side's volatilities are guesses from stale prices.
    /// </summary>
    public static VolatilitySmile Of(IEnumerable<SeedStrike> strikes) => new(
        [.. strikes
            .Select(strike => (
                Moneyness: Math.Log(strike.Strike / SeedChain.Spot),
                Volatility: (strike.Strike <= SeedChain.Spot ? strike.Put : strike.Call)?.Volatility ?? 0))
            .Where(point => point.Volatility > 0)]);

    /// <summary>The volatility at a moneyness, ln(strike / spot); flat beyond the outermost points.</summary>
    public double At(double moneyness)
    {
        var found = Array.BinarySearch(_moneyness, moneyness);
        if (found >= 0)
            return _volatility[found];
        var above = ~found;
        if (above == 0)
            return _volatility[0];
        if (above == _moneyness.Length)
            return _volatility[^1];
        var share = (moneyness - _moneyness[above - 1]) / (_moneyness[above] - _moneyness[above - 1]);
        return _volatility[above - 1] + share * (_volatility[above] - _volatility[above - 1]);
    }
}

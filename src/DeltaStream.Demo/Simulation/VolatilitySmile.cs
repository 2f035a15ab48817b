namespace DeltaStream.Demo.Simulation;

/// <summary>Implied volatility over moneyness, interpolated between the points that the market quoted.</summary>
internal sealed class VolatilitySmile
{
    private readonly double[] _moneyness;
    private readonly double[] _volatility;

    private VolatilitySmile(IReadOnlyList<(double Moneyness, double Volatility)> points)
    {
        _moneyness = [.. points.Select(point => point.Moneyness)];
        _volatility = [.. points.Select(point => point.Volatility)];
    }

    // Beyond this moneyness only the side out of the money counts. Nearer, the two sides are blended, so that the smile has no step
    // at the money.
    private const double Outside = 0.08;

    // The number of strikes on each side with which a point is smoothed.
    private const int Neighbours = 4;

    /// <summary>
    /// Options trade out of the money. So the puts give the volatilities of the strikes below the index, and the calls those above;
    /// the other side's are guesses from stale prices. An option with little volume is noise, so it follows its neighbours.
    /// </summary>
    public static VolatilitySmile Of(IEnumerable<SeedStrike> strikes)
    {
        var points = strikes.Select(Point).Where(point => point.Volatility > 0).ToArray();
        return new VolatilitySmile([.. points.Select((point, index) => (point.Moneyness, Smooth(points, index)))]);
    }

    private static (double Moneyness, double Volatility, double Weight) Point(SeedStrike strike)
    {
        var moneyness = Math.Log(strike.Strike / SeedChain.Spot);
        var (outer, inner) = moneyness <= 0 ? (strike.Put, strike.Call) : (strike.Call, strike.Put);
        if (outer is not { Volatility: > 0 })
            return (moneyness, 0, 0);
        var share = inner is not { Volatility: > 0 } ? 1 : Math.Min(1, 0.5 + 0.5 * Math.Abs(moneyness) / Outside);
        return (moneyness, share * outer.Volatility + (1 - share) * (inner?.Volatility ?? 0), Math.Sqrt(1 + outer.Volume));
    }

    private static double Smooth((double Moneyness, double Volatility, double Weight)[] points, int index)
    {
        double sum = 0, weights = 0;
        for (var i = Math.Max(0, index - Neighbours); i <= Math.Min(points.Length - 1, index + Neighbours); i++)
        {
            var weight = points[i].Weight / (1 + Math.Abs(i - index));
            sum += weight * points[i].Volatility;
            weights += weight;
        }

        return sum / weights;
    }

    /// <summary>The volatility at a moneyness, ln(strike / spot); constant beyond the outermost points.</summary>
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

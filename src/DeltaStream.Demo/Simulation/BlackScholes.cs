namespace DeltaStream.Demo.Simulation;

/// <summary>The value of a European option and its sensitivities: theta per day, vega per point of volatility.</summary>
internal readonly record struct OptionValue(double Price, double Delta, double Gamma, double Vega, double Theta);

/// <summary>The Black-Scholes formula. It keeps the call and the put of one strike consistent; random prices would not.</summary>
internal static class BlackScholes
{
    private const double Rate = 0.05;
    private const double DaysPerYear = 365;

    /// <summary>Values a call or a put. Volatility is a fraction per year; time is in years and above zero.</summary>
    public static OptionValue Value(bool call, double spot, double strike, double volatility, double years)
    {
        var deviation = volatility * Math.Sqrt(years);
        var d1 = (Math.Log(spot / strike) + (Rate + volatility * volatility / 2) * years) / deviation;
        var d2 = d1 - deviation;
        var discounted = strike * Math.Exp(-Rate * years);
        var density = Math.Exp(-d1 * d1 / 2) / Math.Sqrt(2 * Math.PI);
        var sign = call ? 1 : -1;
        var decay = -spot * density * volatility / (2 * Math.Sqrt(years)) - sign * Rate * discounted * Normal(sign * d2);
        return new OptionValue(
            Price: sign * (spot * Normal(sign * d1) - discounted * Normal(sign * d2)),
            Delta: sign * Normal(sign * d1),
            Gamma: density / (spot * deviation),
            Vega: spot * density * Math.Sqrt(years) / 100,
            Theta: decay / DaysPerYear);
    }

    /// <summary>The cumulative normal distribution (Abramowitz and Stegun 26.2.17, exact to seven places).</summary>
    private static double Normal(double x)
    {
        if (x < 0)
            return 1 - Normal(-x);
        var t = 1 / (1 + 0.2316419 * x);
        var tail = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return 1 - Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) * tail;
    }
}

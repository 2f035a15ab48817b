namespace DeltaStream.Demo.Simulation;

/// <summary>The figures that the platform computes from a chain's quotes. A ratio with a zero denominator is 0.</summary>
internal readonly record struct ChainFigures(
    double PutCallRatio, double PutCallVolumeRatio, double AtmStrike, double AtmStraddle, double MaxPainStrike,
    long CallInterest, long PutInterest, long CallBuildup, long PutBuildup)
{
    public static ChainFigures Of(IReadOnlyList<OptionStrike> strikes, double spot)
    {
        long callInterest = 0, putInterest = 0, callVolume = 0, putVolume = 0, callBuildup = 0, putBuildup = 0;
        var atm = strikes[0];
        foreach (var strike in strikes)
        {
            callInterest += strike.Call?.OpenInterest ?? 0;
            putInterest += strike.Put?.OpenInterest ?? 0;
            callVolume += strike.Call?.Volume ?? 0;
            putVolume += strike.Put?.Volume ?? 0;
            if (strike.Strike > spot)
                callBuildup += strike.Call?.OpenInterest ?? 0;
            if (strike.Strike < spot)
                putBuildup += strike.Put?.OpenInterest ?? 0;
            if (Math.Abs(strike.Strike - spot) < Math.Abs(atm.Strike - spot))
                atm = strike;
        }

        return new ChainFigures(
            Ratio(putInterest, callInterest), Ratio(putVolume, callVolume),
            atm.Strike, Math.Round((atm.Call?.Last ?? 0) + (atm.Put?.Last ?? 0), 2), MaxPain(strikes),
            callInterest, putInterest, callBuildup, putBuildup);
    }

    private static double Ratio(long part, long of) => of == 0 ? 0 : Math.Round((double)part / of, 4);

    /// <summary>
    /// The settlement price at which the holders of all open options would get least; of several such strikes the lowest.
    /// </summary>
    private static double MaxPain(IReadOnlyList<OptionStrike> strikes)
    {
        var (least, at) = (double.MaxValue, strikes[0].Strike);
        foreach (var settlement in strikes)
        {
            var payout = 0d;
            foreach (var strike in strikes)
            {
                var distance = settlement.Strike - strike.Strike;
                payout += distance > 0 ? distance * (strike.Call?.OpenInterest ?? 0) : -distance * (strike.Put?.OpenInterest ?? 0);
            }

            if (payout < least)
                (least, at) = (payout, settlement.Strike);
        }

        return at;
    }
}

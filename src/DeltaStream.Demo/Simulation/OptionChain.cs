namespace DeltaStream.Demo.Simulation;

/// <summary>The option chain of one product and expiry. Each tick quotes only a few strikes, as in a real market.</summary>
internal sealed class OptionChain
{
    private const int StrikesForOneMove = 14;

    // A strike without a new quote for this long gets one next, so that no quote stays behind the price for ever.
    private const double LongestSilenceSeconds = 40;

    private readonly Dice _dice;
    private readonly double _step;
    private readonly int _movesPerTick;

    private OptionChain(DemoProduct product, DateOnly expiry, IReadOnlyList<OptionStrike> strikes, Dice dice)
    {
        Product = product;
        Expiry = expiry;
        Strikes = strikes;
        _dice = dice;
        _step = product.StrikeStep;
        _movesPerTick = Math.Max(2, strikes.Count / StrikesForOneMove);
    }

    public DemoProduct Product { get; }

    public DateOnly Expiry { get; }

    /// <summary>The strikes, lowest first.</summary>
    public IReadOnlyList<OptionStrike> Strikes { get; }

    /// <summary>Opens a chain in the seed's shape around the product's price and quotes every strike once.</summary>
    public static OptionChain Open(DemoProduct product, DateOnly expiry, SeedChain seed, double spot, DateTimeOffset now, Dice dice)
    {
        var center = Money.ToTick(product.Price, product.StrikeStep);
        var strikes = new List<OptionStrike>();
        foreach (var real in seed.Strikes)
        {
            var steps = (real.Strike - SeedChain.AtTheMoney) / SeedChain.StrikeStep;
            if (Math.Abs(steps) > product.StrikesEachSide)
                continue;
            var strike = center + steps * product.StrikeStep;
            var volatility = product.VolatilityFactor * seed.Smile.At(Math.Log(strike / product.Price));
            strikes.Add(new OptionStrike(strike, volatility, Leg(true, real.Call), Leg(false, real.Put)));
        }

        var chain = new OptionChain(product, expiry, strikes, dice);
        foreach (var strike in strikes)
            strike.Quote(spot, ExpiryCalendar.YearsBetween(now, expiry), now, dice);
        return chain;

        // The factor varies at random, so that the open interest of two products differs by more than one factor. The seed's
        // product keeps its own.
        OptionLeg? Leg(bool call, SeedLeg? real) => real is null
            ? null
            : new OptionLeg(call, real, product.InterestFactor * (product.InterestFactor == 1 ? 1 : 0.7 + 0.6 * dice.Even()));
    }

    /// <summary>Quotes a few strikes: mostly near the money, and those without a new quote for long.</summary>
    public void Tick(double spot, DateTimeOffset now)
    {
        var years = ExpiryCalendar.YearsBetween(now, Expiry);
        var moving = Strikes
            .Select(strike => (Strike: strike, Urgency: Urgency(strike)))
            .OrderByDescending(candidate => candidate.Urgency)
            .Take(_movesPerTick);
        foreach (var (strike, _) in moving.ToArray())
            strike.Quote(spot, years, now, _dice);

        double Urgency(OptionStrike strike) =>
            _dice.Even() * Math.Exp(-Math.Abs(strike.Strike - spot) / (_step * 10))
            + Math.Pow((now - strike.QuotedAt).TotalSeconds / LongestSilenceSeconds, 3);
    }
}

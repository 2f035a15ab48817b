namespace DeltaStream.Demo.Simulation;

/// <summary>
/// The option chain of one product and expiry. At each tick a quote moves with a small probability, as in a real market: a twentieth
/// of the chain's quotes on average, those near the money more often. The spot moves at every tenth tick.
/// </summary>
internal sealed class OptionChain
{
    /// <summary>The share of a chain's quotes that move at one tick, on average.</summary>
    public const double MovingShare = 0.05;

    /// <summary>The spot moves once in so many ticks.</summary>
    public const int TicksPerSpot = 10;

    /// <summary>The most that the spot moves at once, as a fraction of the product's first price: 30 points of the seed's index.</summary>
    public const double LargestSpotMove = 30 / SeedChain.Spot;

    // The chance of a quote far from the money, relative to 1 more at the money; it falls off over so many strikes.
    private const double FarChance = 0.4;
    private const double NearStrikes = 10;

    private readonly Dice _dice;
    private int _ticks;

    private OptionChain(DemoProduct product, DateOnly expiry, IReadOnlyList<OptionStrike> strikes, double spot, Dice dice)
    {
        Product = product;
        Expiry = expiry;
        Strikes = strikes;
        Spot = spot;
        _dice = dice;
    }

    public DemoProduct Product { get; }

    public DateOnly Expiry { get; }

    /// <summary>The strikes, lowest first.</summary>
    public IReadOnlyList<OptionStrike> Strikes { get; }

    /// <summary>The price of the product as this chain last took it.</summary>
    public double Spot { get; private set; }

    /// <summary>When the chain opened. The quotes keep it as their time, however often they move.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Opens a chain in the seed's shape around the product's price and quotes every strike once.</summary>
    public static OptionChain Open(DemoProduct product, DateOnly expiry, SeedChain seed, double spot, DateTimeOffset now, Dice dice)
    {
        var center = Money.ToTick(product.Price, product.StrikeStep);
        var years = ExpiryCalendar.YearsBetween(now, expiry);
        var strikes = new List<OptionStrike>();
        foreach (var real in seed.Strikes)
        {
            var steps = (real.Strike - SeedChain.AtTheMoney) / SeedChain.StrikeStep;
            if (Math.Abs(steps) > product.StrikesEachSide)
                continue;
            var strike = center + steps * product.StrikeStep;
            var volatility = product.VolatilityFactor * seed.Smile.At(Math.Log(strike / product.Price));
            strikes.Add(new OptionStrike(strike, Leg(true, strike, volatility, real.Call), Leg(false, strike, volatility, real.Put)));
        }

        return new OptionChain(product, expiry, strikes, spot, dice) { OpenedAt = now };

        // The factor varies at random, so that the open interest of two products differs by more than one factor. The seed's
        // product keeps its own.
        OptionLeg? Leg(bool call, double strike, double volatility, SeedLeg? real)
        {
            if (real is null)
                return null;
            var factor = product.InterestFactor * (product.InterestFactor == 1 ? 1 : 0.7 + 0.6 * dice.Even());
            var leg = new OptionLeg(call, strike, volatility, real, factor);
            leg.Open(spot, years, dice);
            return leg;
        }
    }

    /// <summary>Moves some quotes, and at every tenth tick the spot towards the product's price.</summary>
    public void Tick(double price, DateTimeOffset now)
    {
        if (++_ticks % TicksPerSpot == 0)
        {
            var most = Product.Price * LargestSpotMove;
            Spot = Money.ToCent(Spot + Math.Clamp(price - Spot, -most, most));
        }

        var years = ExpiryCalendar.YearsBetween(now, Expiry);
        var evenly = MovingShare * Strikes.Count / Strikes.Sum(Weight);
        foreach (var strike in Strikes)
        {
            var chance = evenly * Weight(strike);
            if (_dice.Happens(chance))
                strike.Call?.Move(Spot, years, _dice);
            if (_dice.Happens(chance))
                strike.Put?.Move(Spot, years, _dice);
        }
    }

    private double Weight(OptionStrike strike) =>
        FarChance + Math.Exp(-Math.Abs(strike.Strike - Spot) / (Product.StrikeStep * NearStrikes));
}

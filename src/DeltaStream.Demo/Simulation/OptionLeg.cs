namespace DeltaStream.Demo.Simulation;

/// <summary>
/// The call or the put of one strike, with its latest quote. It opens at the model's value and then moves by itself: prices and
/// volatility by at most half a percent at a time, volume and open interest by whole lots. So a move changes a few short numbers, as
/// in a real chain. It leans towards the model, so that a demo that runs for days keeps a sensible chain.
/// </summary>
internal sealed class OptionLeg
{
    /// <summary>The most that one move changes a price or a volatility, as a fraction.</summary>
    public const double LargestMove = 0.005;

    private const double LeastHalfSpread = 0.05;
    private const double HalfSpread = 0.0012;
    private const double VolumeChance = 0.5;
    private const long VolumeStep = 75;
    private const double VolatilityChance = 0.5;
    private const double InterestChance = 0.3;
    private const long InterestStep = 25;

    // A quote this far from the model, as a fraction, moves towards it only.
    private const double FarFromModel = 0.05;

    private readonly double _strike;
    private readonly double _usualVolatility;
    private readonly double _spreadFactor;

    public OptionLeg(bool call, double strike, double volatility, SeedLeg seed, double interestFactor)
    {
        Call = call;
        _strike = strike;
        _usualVolatility = volatility;
        Volatility = Math.Round(volatility, 4);
        // An option with little volume has a wide spread.
        _spreadFactor = 1 + 6 / (1 + seed.Volume * interestFactor / 100);
        OpenInterest = (long)Math.Round(seed.OpenInterest * interestFactor);
        Volume = (long)Math.Round(seed.Volume * interestFactor);
    }

    public bool Call { get; }

    public double Bid { get; private set; }

    public double Ask { get; private set; }

    public double Last { get; private set; }

    public long Volume { get; private set; }

    public long OpenInterest { get; private set; }

    /// <summary>Implied volatility as a fraction per year.</summary>
    public double Volatility { get; private set; }

    /// <summary>The model's value when the volatility last moved. The sensitivities in the messages are its.</summary>
    public OptionValue Value { get; private set; }

    /// <summary>Sets the first bid, ask and last around the model's value.</summary>
    public void Open(double spot, double years, Dice dice)
    {
        Value = BlackScholes.Value(Call, spot, _strike, Volatility, years);
        var half = Math.Max(LeastHalfSpread, Value.Price * HalfSpread) * _spreadFactor * (0.8 + 0.4 * dice.Even());
        Bid = Math.Max(Money.OptionTick, Money.ToTick(Value.Price - half, Money.OptionTick));
        Ask = Math.Max(Money.ToTick(Bid + Money.OptionTick, Money.OptionTick), Money.ToTick(Value.Price + half, Money.OptionTick));
        Last = Money.ToTick(Bid + dice.Even() * (Ask - Bid), Money.OptionTick);
    }

    /// <summary>Moves the three prices by one factor; often also the volume, the volatility or the open interest.</summary>
    public void Move(double spot, double years, Dice dice)
    {
        var model = BlackScholes.Value(Call, spot, _strike, _usualVolatility, years).Price;
        var factor = Factor((Bid + Ask) / 2, model, dice);
        Bid = Math.Max(Money.Cent, Money.ToCent(Bid * factor));
        Ask = Math.Max(Money.ToCent(Bid + Money.Cent), Money.ToCent(Ask * factor));
        Last = Math.Clamp(Money.ToCent(Last * factor), Bid, Ask);
        if (dice.Happens(VolumeChance))
            Volume += VolumeStep;
        if (dice.Happens(VolatilityChance))
        {
            Volatility = Math.Round(Volatility * Factor(Volatility, _usualVolatility, dice), 4);
            Value = BlackScholes.Value(Call, spot, _strike, Volatility, years);
        }

        if (dice.Happens(InterestChance))
            OpenInterest += InterestStep;
    }

    /// <summary>A factor of 1 ± <see cref="LargestMove"/>; the farther from the model, the more often in its direction.</summary>
    private static double Factor(double value, double model, Dice dice)
    {
        var move = LargestMove * (2 * dice.Even() - 1);
        var distance = model / value - 1;
        var turn = dice.Happens(Math.Min(1, Math.Abs(distance) / FarFromModel));
        return 1 + (turn ? Math.CopySign(move, distance) : move);
    }
}

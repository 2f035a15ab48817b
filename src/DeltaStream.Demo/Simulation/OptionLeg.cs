namespace DeltaStream.Demo.Simulation;

/// <summary>The call or the put of one strike, with its latest quote.</summary>
internal sealed class OptionLeg
{
    private const double LeastHalfSpread = 0.05;
    private const double HalfSpread = 0.0012;

    private readonly double _usualInterest;
    private readonly double _usualTrade;
    private readonly double _spreadFactor;

    public OptionLeg(bool call, SeedLeg seed, double interestFactor)
    {
        Call = call;
        _usualInterest = Math.Round(seed.OpenInterest * interestFactor);
        _usualTrade = seed.Volume * interestFactor / 1500;
        // An option with little volume has a wide spread.
        _spreadFactor = 1 + 6 / (1 + seed.Volume * interestFactor / 100);
        OpenInterest = (long)_usualInterest;
        Volume = (long)Math.Round(seed.Volume * interestFactor);
    }

    public bool Call { get; }

    public double Bid { get; private set; }

    public double Ask { get; private set; }

    public double Last { get; private set; }

    public long Volume { get; private set; }

    public long OpenInterest { get; private set; }

    public OptionValue Value { get; private set; }

    /// <summary>Sets bid, ask and last around the model's value. Some contracts trade; some positions open or close.</summary>
    public void Quote(double spot, double strike, double volatility, double years, Dice dice)
    {
        Value = BlackScholes.Value(Call, spot, strike, volatility, years);
        var half = Math.Max(LeastHalfSpread, Value.Price * HalfSpread) * _spreadFactor * (0.8 + 0.4 * dice.Even());
        Bid = Math.Max(Money.OptionTick, Money.ToTick(Value.Price - half, Money.OptionTick));
        Ask = Math.Max(Money.ToTick(Bid + Money.OptionTick, Money.OptionTick), Money.ToTick(Value.Price + half, Money.OptionTick));
        Last = Money.ToTick(Bid + dice.Even() * (Ask - Bid), Money.OptionTick);
        if (_usualTrade > 0 && dice.Happens(0.8))
            Volume += (long)Math.Ceiling(_usualTrade * Math.Exp(dice.Normal()));
        var drift = _usualInterest * 0.002 * dice.Normal() + (_usualInterest - OpenInterest) * 0.01;
        OpenInterest = Math.Max(0, OpenInterest + (long)Math.Round(drift));
    }
}

namespace DeltaStream.Demo.Simulation;

/// <summary>The price of one product: a random walk that follows the market by its beta and is pulled back to its start.</summary>
internal sealed class Underlying(DemoProduct product)
{
    private const double TickSize = 0.05;
    private const double SecondsPerTradingYear = 252 * 6.25 * 3600;

    // Per year. A real index has about a fifth; the demo moves more: some ten points of the index in ten seconds, so
    // that a viewer sees something and the strike at the money changes now and then.
    private const double Volatility = 0.50;
    private const double OwnShare = 0.6;

    // Halves a deviation in about two hours, so that a demo that runs for long stays near its strikes.
    private const double ReversionPerSecond = 1e-4;

    private double _deviation;

    public DemoProduct Product { get; } = product;

    /// <summary>The current price, a multiple of the tick size.</summary>
    public double Price { get; private set; } = product.Price;

    /// <summary>One move of the whole market, as a fraction of the price.</summary>
    public static double MarketMove(double seconds, Dice dice) => Volatility * Math.Sqrt(seconds / SecondsPerTradingYear) * dice.Normal();

    /// <summary>Moves the price by one step; returns true if it changed.</summary>
    public bool Move(double marketMove, double seconds, Dice dice)
    {
        var own = OwnShare * Product.VolatilityFactor * MarketMove(seconds, dice);
        _deviation += Product.Beta * marketMove + own - ReversionPerSecond * seconds * _deviation;
        var price = Money.ToTick(Product.Price * Math.Exp(_deviation), TickSize);
        if (price == Price)
            return false;
        Price = price;
        return true;
    }
}

namespace DeltaStream.Demo.Simulation;

/// <summary>
/// A market of ten products and their option chains. It is pure: the same seed, start and course of times give the same messages.
/// Underlyings move up to four times a second. Each chain ticks once a second; the chains take turns. The market publishes its
/// status every ten seconds.
/// </summary>
internal sealed class MarketSimulator
{
    /// <summary>The market moves in steps of this length, however often the caller advances it.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    // After a pause (a laptop that slept) the market goes on from the present and skips the steps that it missed.
    private const int MostStepsAtOnce = 8;
    private const int StepsPerChain = 4;
    private const int StepsPerStatus = 40;
    private const double TradeChance = 0.7;

    private readonly Dice _dice;
    private readonly List<Underlying> _underlyings = [.. DemoProduct.All.Select(product => new Underlying(product))];
    private List<(Underlying Underlying, OptionChain Chain)> _chains = [];
    private DateOnly _day;
    private DateTimeOffset _next;
    private long _steps;

    public MarketSimulator(int seed, DateTimeOffset start)
    {
        _dice = new Dice(seed);
        _next = start;
    }

    /// <summary>Moves the market on to this time and returns the messages to publish, in order.</summary>
    public IReadOnlyList<DemoMessage> Advance(DateTimeOffset now)
    {
        if (now - _next > MostStepsAtOnce * Step)
            _next = now;
        var messages = new List<DemoMessage>();
        for (; _next <= now; _next += Step)
            Move(_next, messages);
        return messages;
    }

    private void Move(DateTimeOffset now, List<DemoMessage> messages)
    {
        OpenChains(now);
        // The simulated market never closes. It repeats its status for a bridge that was not listening yet, and for a Redis that was
        // emptied.
        if (_steps % StepsPerStatus == 0)
            messages.Add(DemoMessages.Status("DEMO", "open", now));
        MoveUnderlyings(now, messages);
        for (var i = (int)(_steps % StepsPerChain); i < _chains.Count; i += StepsPerChain)
        {
            var (underlying, chain) = _chains[i];
            chain.Tick(underlying.Price, now);
            messages.Add(DemoMessages.Of(chain, now));
        }

        _steps++;
    }

    /// <summary>Each day starts with new chains: the expiries move on and the volumes start at zero.</summary>
    private void OpenChains(DateTimeOffset now)
    {
        var day = DateOnly.FromDateTime(now.UtcDateTime);
        if (day == _day)
            return;
        _day = day;
        var expiries = ExpiryCalendar.From(day);
        _chains =
        [
            .. _underlyings.SelectMany(underlying => underlying.Product.Expiries.Select(index => (
                underlying,
                OptionChain.Open(underlying.Product, expiries[index], SeedChain.All[index], underlying.Price, now, _dice)))),
        ];
    }

    private void MoveUnderlyings(DateTimeOffset now, List<DemoMessage> messages)
    {
        var market = Underlying.MarketMove(Step.TotalSeconds, _dice);
        foreach (var underlying in _underlyings)
        {
            var changed = underlying.Move(market, Step.TotalSeconds, _dice);
            if (_steps == 0 || changed && _dice.Happens(TradeChance))
                messages.Add(DemoMessages.Of(underlying, now));
        }
    }
}

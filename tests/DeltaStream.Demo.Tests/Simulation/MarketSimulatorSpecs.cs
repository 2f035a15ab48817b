using DeltaStream.Demo.Simulation;

namespace DeltaStream.Demo.Tests.Simulation;

/// <summary>The course of the simulated market: what is published, when, and how it moves.</summary>
public class MarketSimulatorSpecs
{
    [Fact]
    public void The_same_seed_and_times_give_the_same_bytes_and_another_seed_does_not()
    {
        static IEnumerable<string> Bytes(int seed) => MarketRun.Messages(5, seed).Select(message => Convert.ToBase64String(message.Payload.Span));

        Assert.Equal(Bytes(7), Bytes(7));
        Assert.NotEqual(Bytes(7), Bytes(8));
    }

    [Fact]
    public void The_interval_between_calls_does_not_change_the_prices()
    {
        var market = new MarketSimulator(1, MarketRun.Start);
        List<DemoMessage> seldom = [];
        for (var second = 1; second <= 5; second++)
            seldom.AddRange(market.Advance(MarketRun.Start.AddSeconds(second) - MarketSimulator.Step));

        Assert.Equal(
            MarketRun.Messages(5).Select(message => Convert.ToBase64String(message.Payload.Span)),
            seldom.Select(message => Convert.ToBase64String(message.Payload.Span)));
    }

    [Fact]
    public void After_a_long_pause_the_market_continues_from_now()
    {
        var market = new MarketSimulator(1, MarketRun.Start);
        var once = market.Advance(MarketRun.Start).Count;

        var later = market.Advance(MarketRun.Start.AddHours(3));

        Assert.InRange(later.Count, 1, 2 * once);
        Assert.All(later, message => Assert.StartsWith("2026-11-24T09:00:00", message.Json().Text("timestamp")));
    }

    [Fact]
    public void Every_product_has_a_price_and_a_chain_within_the_first_second()
    {
        var messages = MarketRun.Messages(1);

        var priced = messages.Where(MarketRun.IsUnderlying).Select(message => message.Json().Text("product")).Distinct().ToList();
        var chained = messages.Where(MarketRun.IsChain).Select(message => message.Json().Text("product")).Distinct().ToList();

        Assert.Equal(priced.Order(), chained.Order());
        Assert.Contains("M&M", priced);
        Assert.InRange(priced.Count, 8, 20);
        Assert.Equal(3, messages.Where(MarketRun.IsChain).Select(MarketRun.Json).Count(chain => chain.Text("product") == "NIFTY"));
    }

    [Fact]
    public void Prices_tick_several_times_a_second_and_each_chain_once()
    {
        const int seconds = 60;
        var messages = MarketRun.Messages(seconds);

        var nifty = messages.Where(MarketRun.IsUnderlying).Count(message => message.Json().Text("product") == "NIFTY");
        var chains = messages.Where(MarketRun.IsChain).Select(MarketRun.Json).GroupBy(chain => (chain.Text("product"), chain.Text("expiry")));

        Assert.InRange(nifty, 2 * seconds, 4 * seconds);
        Assert.All(chains, chain => Assert.Equal(seconds, chain.Count()));
    }

    [Fact]
    public void The_market_says_at_the_start_and_every_ten_seconds_that_it_is_open()
    {
        var statuses = MarketRun.Messages(21).Where(message => message.Channel == "enriched:market_status").Select(MarketRun.Json).ToList();

        Assert.Equal(["06:00:00", "06:00:10", "06:00:20"], statuses.Select(status => status.Text("timestamp")[11..19]));
        Assert.All(statuses, status => Assert.Equal(("DEMO", "open"), (status.Text("market"), status.Text("status"))));
    }

    [Fact]
    public void Prices_move_but_stay_within_reach_of_where_they_started()
    {
        var prices = MarketRun.Messages(300)
            .Where(MarketRun.IsUnderlying)
            .Select(MarketRun.Json)
            .GroupBy(message => message.Text("product"), message => message.Number("price"));

        Assert.All(prices, product =>
        {
            var start = DemoProduct.All.Single(known => known.Symbol == product.Key).Price;
            Assert.All(product, price => Assert.InRange(price, start * 0.9, start * 1.1));
            Assert.True(product.Distinct().Count() > 20, $"{product.Key} hardly moves");
            Assert.All(product, price => Assert.Equal(0, Math.Abs(price / 0.05 - Math.Round(price / 0.05)), 5));
        });
    }

    [Fact]
    public void A_new_day_moves_the_expiries_on()
    {
        var wednesday = new DateTimeOffset(2026, 11, 24, 23, 59, 50, TimeSpan.Zero);

        var expiries = MarketRun.Chains(20, start: wednesday)
            .Where(chain => chain.Text("product") == "NIFTY")
            .Select(chain => chain.Text("expiry"))
            .Distinct();

        Assert.Equal(["2026-11-26", "2026-12-03", "2026-12-31", "2026-12-10"], expiries);
    }
}

using System.Text.Json;
using DeltaStream.Demo.Simulation;

namespace DeltaStream.Demo.Tests.Simulation;

/// <summary>
/// How the quotes of a chain move from tick to tick. Figures about the bytes that a view saves are shown on this market, so it moves
/// as little as a real one.
/// </summary>
public class QuoteMoveSpecs
{
    private const int Ticks = 120;

    // A factor of half a percent, then two decimals: the rounding may add half a cent.
    private const double LargestMove = 0.005;
    private const double Rounding = 0.0051;

    private static readonly string[] Moving = ["bid", "ask", "last", "volume", "open_interest", "iv"];
    private static readonly string[] Greeks = ["delta", "gamma", "vega", "theta"];

    private static readonly List<IGrouping<(string, string), JsonElement>> Chains =
        [.. MarketRun.Chains(Ticks).GroupBy(chain => (chain.Text("product"), chain.Text("expiry")))];

    private static IEnumerable<(JsonElement Before, JsonElement After)> Steps(IEnumerable<JsonElement> ticks) => ticks.Zip(ticks.Skip(1));

    private static IEnumerable<(JsonElement Before, JsonElement After)> Quotes(IEnumerable<JsonElement> ticks) =>
        Steps(ticks).SelectMany(step => step.Before.Quotes().Zip(step.After.Quotes()));

    private static bool Changed((JsonElement Before, JsonElement After) quote) => quote.Before.GetRawText() != quote.After.GetRawText();

    private static readonly List<(JsonElement Before, JsonElement After)> Changes = [.. Chains.SelectMany(Quotes).Where(Changed)];

    private static double Share(IEnumerable<(JsonElement Before, JsonElement After)> quotes)
    {
        var all = quotes.ToList();
        return (double)all.Count(Changed) / all.Count;
    }

    [Fact]
    public void A_twentieth_of_the_quotes_of_each_chain_moves_at_a_tick()
    {
        // A move of a quote of a few cents may change nothing.
        Assert.All(Chains, ticks => Assert.InRange(Share(Quotes(ticks)), 0.035, 0.055));
    }

    [Fact]
    public void Quotes_near_the_money_move_more_often_than_those_far_away()
    {
        var nifty = Chains.First(chain => chain.First().Text("product") == "NIFTY").ToList();
        var spot = nifty[0].Number("spot_price");
        bool IsNear(JsonElement quote) => Math.Abs(quote.Number("strike") - spot) <= 500;

        var near = Share(Quotes(nifty).Where(quote => IsNear(quote.Before)));
        var far = Share(Quotes(nifty).Where(quote => !IsNear(quote.Before)));

        Assert.True(near > 1.5 * far, $"near {near}, far {far}");
    }

    [Fact]
    public void A_move_changes_prices_and_volatility_by_half_a_percent_at_most()
    {
        Assert.All(Changes, quote =>
        {
            foreach (var price in new[] { "bid", "ask", "last" })
            {
                var before = quote.Before.Number(price);
                // Where two prices would meet, they stay a cent apart.
                Assert.InRange(quote.After.Number(price), before * (1 - LargestMove) - 3 * Rounding, before * (1 + LargestMove) + 3 * Rounding);
                Assert.Equal(quote.After.Number(price), Math.Round(quote.After.Number(price), 2));
            }

            var volatility = quote.Before.Number("iv");
            Assert.InRange(quote.After.Number("iv"), volatility * (1 - LargestMove) - 0.00006, volatility * (1 + LargestMove) + 0.00006);
        });
    }

    [Fact]
    public void Volume_grows_by_75_in_half_of_the_moves_and_open_interest_by_25_in_three_of_ten()
    {
        // Counted where the price is large enough for each move to show.
        var moves = Changes.Where(quote => quote.Before.Number("bid") > 100).ToList();
        double Grown(string field, double step)
        {
            var growth = moves.Select(quote => quote.After.Number(field) - quote.Before.Number(field)).ToList();
            Assert.All(growth, by => Assert.True(by == 0 || by == step, $"{field} {by}"));
            return growth.Count(by => by != 0) / (double)growth.Count;
        }

        Assert.InRange(Grown("volume", 75), 0.45, 0.55);
        Assert.InRange(Grown("open_interest", 25), 0.25, 0.35);
    }

    [Fact]
    public void A_move_changes_nothing_else_and_the_greeks_only_with_the_volatility()
    {
        Assert.All(Changes, quote =>
        {
            var changed = quote.Before.EnumerateObject().Where(field => field.Value.GetRawText() != quote.After.GetProperty(field.Name).GetRawText())
                .Select(field => field.Name).ToList();
            Assert.Empty(changed.Except(Moving).Except(Greeks));
        });
        Assert.Contains(Changes, quote => quote.Before.Number("delta") != quote.After.Number("delta"));
    }

    [Fact]
    public void The_spot_of_a_chain_moves_at_every_tenth_tick_and_by_its_products_share_of_30_points_at_most()
    {
        Assert.All(Chains, ticks =>
        {
            var spots = ticks.Select(chain => chain.Number("spot_price")).ToList();
            var moves = Enumerable.Range(1, spots.Count - 1).Where(tick => spots[tick] != spots[tick - 1]).ToList();

            Assert.All(moves, tick => Assert.Equal(9, tick % 10));
            Assert.InRange(moves.Count, Ticks / 10 / 2, Ticks / 10);
            Assert.All(moves, tick => Assert.InRange(Math.Abs(spots[tick] - spots[tick - 1]), 0, 30 / 17022.5 * spots[0] * 1.05 + 0.01));
        });
    }

    [Fact]
    public void After_two_hours_every_quote_has_moved_and_is_still_near_what_the_spot_says()
    {
        var product = DemoProduct.All[0];
        var dice = new Dice(1);
        var expiry = ExpiryCalendar.From(DateOnly.FromDateTime(MarketRun.Start.UtcDateTime))[0];
        var chain = OptionChain.Open(product, expiry, SeedChain.All[0], product.Price, MarketRun.Start, dice);
        var legs = chain.Strikes.SelectMany(strike => new[] { strike.Call, strike.Put }).OfType<OptionLeg>().ToList();
        var first = legs.Select(leg => leg.Volume).ToList();

        // The index rises by a hundredth at once; the quotes follow.
        for (var tick = 1; tick <= 7200; tick++)
            chain.Tick(product.Price * 1.01, MarketRun.Start.AddSeconds(tick));

        Assert.Equal(product.Price * 1.01, chain.Spot, 0.01);
        Assert.All(legs.Zip(first), leg => Assert.True(leg.First.Volume > leg.Second));
        Assert.All(legs, leg => Assert.True(leg.Bid <= leg.Last && leg.Last <= leg.Ask && leg.Bid < leg.Ask));
        var deep = chain.Strikes.Where(strike => strike.Call is not null && strike.Strike < chain.Spot * 0.9).ToList();
        Assert.NotEmpty(deep);
        Assert.All(deep, strike => Assert.InRange((strike.Call!.Bid + strike.Call.Ask) / 2 / (chain.Spot - strike.Strike), 0.9, 1.1));
    }
}

using System.Text.Json;
using System.Text.RegularExpressions;

namespace DeltaStream.Demo.Tests.Simulation;

/// <summary>What stands in a message: the platform's fields, and figures that follow from the quotes.</summary>
public partial class ChainMessageSpecs
{
    private static readonly List<JsonElement> Chains = MarketRun.Chains(10);

    [Fact]
    public void An_underlying_has_the_platforms_fields_in_its_order()
    {
        var message = MarketRun.Messages(1).First(message => message.Channel == "enriched:underlying").Json();

        Assert.Equal(["type", "product", "price", "timestamp", "processed_at"], message.EnumerateObject().Select(field => field.Name));
        Assert.Equal("UNDERLYING_ENRICHED", message.Text("type"));
        Assert.Matches(Timestamp(), message.Text("timestamp"));
    }

    [Fact]
    public void A_chain_and_its_quotes_have_the_platforms_fields_in_its_order()
    {
        Assert.All(Chains, chain =>
        {
            Assert.Equal(
                [
                    "product", "expiry", "spot_price", "pcr_oi", "pcr_volume", "atm_strike", "atm_straddle_price", "max_pain_strike", "total_call_oi",
                    "total_put_oi", "call_buildup_otm", "put_buildup_otm", "strikes", "calls", "puts", "timestamp", "processed_at",
                ],
                chain.EnumerateObject().Select(field => field.Name));
            Assert.Equal(
                [
                    "symbol", "product", "strike", "expiry", "option_type", "bid", "ask", "last", "volume", "open_interest", "delta", "gamma", "vega",
                    "theta", "iv", "timestamp",
                ],
                chain.Items("calls")[0].EnumerateObject().Select(field => field.Name));
        });
    }

    [Fact]
    public void A_chain_is_as_large_as_the_platforms()
    {
        var sizes = MarketRun.Messages(5).Where(MarketRun.IsChain).Select(message => message.Payload.Length).ToList();

        Assert.InRange(sizes.Min(), 10_000, 30_000);
        Assert.InRange(sizes.Max(), 50_000, 100_000);
    }

    [Fact]
    public void Quotes_are_positive_and_no_bid_is_above_its_ask()
    {
        Assert.All(Chains.SelectMany(MarketRun.Quotes), quote =>
        {
            Assert.True(0 < quote.Number("bid"), quote.GetRawText());
            Assert.True(quote.Number("bid") < quote.Number("ask"), quote.GetRawText());
            Assert.InRange(quote.Number("last"), quote.Number("bid"), quote.Number("ask"));
            Assert.InRange(quote.Number("iv"), 0.05, 5);
            Assert.True(quote.Number("open_interest") >= 0 && quote.Number("volume") >= 0, quote.GetRawText());
            Assert.True(quote.Text("option_type") == "CALL" ? quote.Number("delta") is >= 0 and <= 1 : quote.Number("delta") is >= -1 and <= 0);
        });
    }

    [Fact]
    public void A_chain_just_opened_falls_for_calls_and_rises_for_puts_with_the_strike()
    {
        // Spreads and a bumpy smile may turn neighbours around by this much of the step between them.
        const double tolerance = 0.1;

        var wrong = MarketRun.Chains(1).SelectMany(chain => Turned(chain, "calls", -1).Concat(Turned(chain, "puts", 1)));

        Assert.Empty(wrong);

        static double Middle(JsonElement quote) => (quote.Number("bid") + quote.Number("ask")) / 2;

        static IEnumerable<string> Turned(JsonElement chain, string side, int direction) => chain.Items(side).Zip(chain.Items(side).Skip(1))
            .Where(pair => direction * (Middle(pair.Second) - Middle(pair.First))
                < -tolerance * (pair.Second.Number("strike") - pair.First.Number("strike")))
            .Select(pair => $"{pair.First.Text("symbol")} {Middle(pair.First)} -> {Middle(pair.Second)}");
    }

    [Fact]
    public void Totals_and_ratios_follow_from_the_quotes()
    {
        Assert.All(Chains, chain =>
        {
            double Sum(string side, string field) => chain.Items(side).Sum(quote => quote.Number(field));
            var spot = chain.Number("spot_price");

            Assert.Equal(Sum("calls", "open_interest"), chain.Number("total_call_oi"));
            Assert.Equal(Sum("puts", "open_interest"), chain.Number("total_put_oi"));
            Assert.Equal(Sum("puts", "open_interest") / Sum("calls", "open_interest"), chain.Number("pcr_oi"), 4);
            Assert.Equal(Sum("puts", "volume") / Sum("calls", "volume"), chain.Number("pcr_volume"), 4);
            Assert.Equal(
                chain.Items("calls").Where(quote => quote.Number("strike") > spot).Sum(quote => quote.Number("open_interest")),
                chain.Number("call_buildup_otm"));
            Assert.Equal(
                chain.Items("puts").Where(quote => quote.Number("strike") < spot).Sum(quote => quote.Number("open_interest")),
                chain.Number("put_buildup_otm"));
        });
    }

    [Fact]
    public void The_straddle_and_the_max_pain_strike_follow_from_the_quotes()
    {
        Assert.All(Chains, chain =>
        {
            var strikes = chain.Items("strikes").Select(strike => strike.GetDouble()).ToList();
            var atm = strikes.MinBy(strike => Math.Abs(strike - chain.Number("spot_price")));
            double Last(string side) => chain.Items(side).Single(quote => quote.Number("strike") == atm).Number("last");
            double Payout(double settlement) =>
                chain.Items("calls").Sum(call => call.Number("open_interest") * Math.Max(0, settlement - call.Number("strike")))
                + chain.Items("puts").Sum(put => put.Number("open_interest") * Math.Max(0, put.Number("strike") - settlement));

            Assert.Equal(strikes.Order(), strikes);
            Assert.Equal(atm, chain.Number("atm_strike"));
            Assert.Equal(Last("calls") + Last("puts"), chain.Number("atm_straddle_price"), 2);
            Assert.Equal(strikes.Min(Payout), Payout(chain.Number("max_pain_strike")), 3);
        });
    }

    [Fact]
    public void The_index_keeps_the_shape_of_the_real_chain()
    {
        var near = MarketRun.Chains(1).First(chain => chain.Text("product") == "NIFTY");

        Assert.Equal(117, near.Items("strikes").Count);
        Assert.Equal(116, near.Items("calls").Count);
        Assert.Equal(17100, near.Number("max_pain_strike"), 100d);
        Assert.Equal(0.7333, near.Number("pcr_oi"), 0.02);
        Assert.Equal(325.95, near.Number("atm_straddle_price"), 90d);
    }

    [Fact]
    public void An_ampersand_in_a_symbol_stays_one()
    {
        var raw = MarketRun.Messages(1).Select(message => System.Text.Encoding.UTF8.GetString(message.Payload.Span)).First(text => text.Contains("M&M"));

        Assert.Contains("\"product\":\"M&M\"", raw);
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")]
    private static partial Regex Timestamp();
}

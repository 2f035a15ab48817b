using System.Globalization;
using System.Text;
using DeltaStream.Actors.Market;

namespace DeltaStream.Benchmarks;

/// <summary>Messages of the size that the platform publishes.</summary>
internal static class Samples
{
    public static readonly byte[] Underlying =
        """{"product": "NIFTY", "price": 21543.25, "timestamp": "2026-11-24T09:15:00.123456"}"""u8.ToArray();

    /// <summary>An option chain of about 56 KB.</summary>
    public static readonly byte[] Chain = MakeChain();

    public static MarketUpdate Update(string product, long sequence) =>
        new(MarketEvent.UnderlyingUpdate, ConflationKey.Underlying(product), new Position(1, sequence), Underlying, 0, 0);

    private static byte[] MakeChain()
    {
        var text = new StringBuilder("""{"product": "NIFTY", "expiry": "2026-11-26", "timestamp": "2026-11-24T09:15:00.123456", "spot_price": 21543.25, "pcr_oi": 1.17, "max_pain_strike": 21650.0, "atm_straddle_price": 388.2, "puts": [], "calls": [""");
        for (var strike = 0; text.Length < 56_000; strike++)
            text.Append(CultureInfo.InvariantCulture, $$"""{{(strike == 0 ? "" : ", ")}}{"symbol": "NIFTY20261126C{{strike}}", "strike": {{strike}}.0, "bid": 388.2, "ask": 389.1, "volume": 8879, "delta": 0.8, "iv": 0.2802}""");
        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }
}

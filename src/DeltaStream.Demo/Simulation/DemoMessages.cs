using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DeltaStream.Demo.Simulation;

/// <summary>
/// Writes the messages that the platform's enrichment publishes, with its fields in its order. Times have the zone Z, so that
/// a browser takes them for what they are; the platform's have none and are UTC.
/// </summary>
internal static class DemoMessages
{
    private const string UnderlyingChannel = "enriched:underlying";
    private const string ChainChannel = "enriched:option_chain";
    private const string StatusChannel = "enriched:market_status";

    // Python's json does not escape &, so this writer does not either.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static DemoMessage Of(Underlying underlying, DateTimeOffset now) => Write(UnderlyingChannel, 256, json =>
    {
        json.WriteString("type", "UNDERLYING_ENRICHED");
        json.WriteString("product", underlying.Product.Symbol);
        json.WriteNumber("price", underlying.Price);
        WriteTimes(json, now);
    });

    public static DemoMessage Of(OptionChain chain, DateTimeOffset now) => Write(ChainChannel, 96 * 1024, json =>
    {
        var figures = ChainFigures.Of(chain.Strikes, chain.Spot);
        var expiry = chain.Expiry.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        json.WriteString("product", chain.Product.Symbol);
        json.WriteString("expiry", expiry);
        json.WriteNumber("spot_price", chain.Spot);
        json.WriteNumber("pcr_oi", figures.PutCallRatio);
        json.WriteNumber("pcr_volume", figures.PutCallVolumeRatio);
        json.WriteNumber("atm_strike", figures.AtmStrike);
        json.WriteNumber("atm_straddle_price", figures.AtmStraddle);
        json.WriteNumber("max_pain_strike", figures.MaxPainStrike);
        json.WriteNumber("total_call_oi", figures.CallInterest);
        json.WriteNumber("total_put_oi", figures.PutInterest);
        json.WriteNumber("call_buildup_otm", figures.CallBuildup);
        json.WriteNumber("put_buildup_otm", figures.PutBuildup);
        json.WriteStartArray("strikes");
        foreach (var strike in chain.Strikes)
            json.WriteNumberValue(strike.Strike);
        json.WriteEndArray();
        WriteQuotes(json, "calls", chain, expiry, strike => strike.Call);
        WriteQuotes(json, "puts", chain, expiry, strike => strike.Put);
        WriteTimes(json, now);
    });

    public static DemoMessage Status(string market, string status, DateTimeOffset now) => Write(StatusChannel, 128, json =>
    {
        json.WriteString("market", market);
        json.WriteString("status", status);
        WriteTimes(json, now);
    });

    private static void WriteQuotes(Utf8JsonWriter json, string name, OptionChain chain, string expiry, Func<OptionStrike, OptionLeg?> side)
    {
        json.WriteStartArray(name);
        foreach (var strike in chain.Strikes)
        {
            if (side(strike) is not { } leg)
                continue;
            json.WriteStartObject();
            json.WriteString("symbol", $"{chain.Product.Symbol}{chain.Expiry:yyyyMMdd}{(leg.Call ? 'C' : 'P')}{strike.Strike:0.##}");
            json.WriteString("product", chain.Product.Symbol);
            json.WriteNumber("strike", strike.Strike);
            json.WriteString("expiry", expiry);
            json.WriteString("option_type", leg.Call ? "CALL" : "PUT");
            json.WriteNumber("bid", leg.Bid);
            json.WriteNumber("ask", leg.Ask);
            json.WriteNumber("last", leg.Last);
            json.WriteNumber("volume", leg.Volume);
            json.WriteNumber("open_interest", leg.OpenInterest);
            json.WriteNumber("delta", Math.Round(leg.Value.Delta, 4));
            json.WriteNumber("gamma", Math.Round(leg.Value.Gamma, 6));
            json.WriteNumber("vega", Math.Round(leg.Value.Vega, 4));
            json.WriteNumber("theta", Math.Round(leg.Value.Theta, 4));
            json.WriteNumber("iv", leg.Volatility);
            json.WriteString("timestamp", Text(chain.OpenedAt));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTimes(Utf8JsonWriter json, DateTimeOffset now)
    {
        json.WriteString("timestamp", Text(now));
        json.WriteString("processed_at", Text(now));
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static DemoMessage Write(string channel, int sizeHint, Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(sizeHint);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        return new DemoMessage(channel, buffer.WrittenMemory);
    }
}

using System.Globalization;
using System.Text;

namespace DeltaStream.LoadTest;

/// <summary>What the load test publishes, to how many clients, for how long.</summary>
/// <param name="Clients">WebSocket clients.</param>
/// <param name="Rate">Messages a second.</param>
/// <param name="PayloadBytes">Size of each message.</param>
/// <param name="WarmUpSeconds">Time at the same load before anything is measured.</param>
/// <param name="Seconds">Measured time.</param>
/// <param name="Chain">True: publishes option chains to clients that subscribed; false: underlyings to every client.</param>
/// <param name="Products">Number of products; the messages are about each product in turn.</param>
internal sealed record Scenario(int Clients, double Rate, int PayloadBytes, int WarmUpSeconds, int Seconds, bool Chain, int Products = 1)
{
    public string Channel => Chain ? "enriched:option_chain" : "enriched:underlying";

    /// <summary>Smaller frames are protocol messages or chain summaries, and do not count as deliveries.</summary>
    public int SmallestDelivery => PayloadBytes / 2;

    /// <summary>A message of the configured size that contains its send time.</summary>
    public byte[] Message(long now, int number)
    {
        var price = string.Create(CultureInfo.InvariantCulture, $"{21500 + number % 100}.25");
        var timestamp = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        var text = new StringBuilder(PayloadBytes + 256);
        text.Append(CultureInfo.InvariantCulture, $"{{\"product\": \"NIFTY{(Products == 1 ? "" : number % Products)}\", \"sent\": {now}, \"timestamp\": \"{timestamp}\", ");
        if (Chain)
        {
            text.Append(CultureInfo.InvariantCulture, $"\"expiry\": \"2026-11-26\", \"spot_price\": {price}, \"pcr_oi\": 1.17, \"max_pain_strike\": 21650.0, \"atm_straddle_price\": 388.2, \"puts\": [], \"calls\": [");
            for (var strike = 20000; text.Length < PayloadBytes - 200; strike += 50)
                text.Append(CultureInfo.InvariantCulture, $"{(strike == 20000 ? "" : ", ")}{{\"symbol\": \"NIFTY20261126C{strike}\", \"strike\": {strike}.0, \"bid\": {price}, \"ask\": {price}, \"last\": {price}, \"volume\": 8879, \"open_interest\": 13337, \"delta\": 0.8, \"gamma\": 0.005, \"iv\": 0.2802}}");
            text.Append("], ");
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"\"price\": {price}, ");
        }

        text.Append("\"pad\": \"").Append('x', Math.Max(0, PayloadBytes - text.Length - 10)).Append("\"}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}

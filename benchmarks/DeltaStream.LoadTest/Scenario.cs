using System.Globalization;
using System.Text;

namespace DeltaStream.LoadTest;

/// <summary>What is published, to how many clients, for how long.</summary>
internal sealed record Scenario(int Clients, double Rate, int PayloadBytes, int WarmUpSeconds, int Seconds)
{
    public const string Channel = "enriched:underlying";

    /// <summary>An underlying's message of the wanted size that carries its own send time.</summary>
    public byte[] Message(long now, int number)
    {
        var head = string.Create(CultureInfo.InvariantCulture,
            $$"""{"product": "NIFTY", "sent": {{now}}, "price": {{21500 + number % 100}}.25, "timestamp": "{{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.ffffff}}", "pad": " """).TrimEnd();
        var padding = Math.Max(0, PayloadBytes - head.Length - 2);
        return Encoding.UTF8.GetBytes(head + new string('x', padding) + "\"}");
    }
}

using System.Text.Json;
using DeltaStream.Demo.Simulation;

namespace DeltaStream.Demo.Tests.Simulation;

/// <summary>A simulated market run for a while in no time, with its messages read back as JSON.</summary>
internal static class MarketRun
{
    public static readonly DateTimeOffset Start = new(2026, 11, 24, 6, 0, 0, TimeSpan.Zero);

    public static List<DemoMessage> Messages(int seconds, int seed = 1, DateTimeOffset? start = null)
    {
        var from = start ?? Start;
        var market = new MarketSimulator(seed, from);
        List<DemoMessage> messages = [];
        for (var time = from; time < from.AddSeconds(seconds); time += MarketSimulator.Step)
            messages.AddRange(market.Advance(time));
        return messages;
    }

    public static JsonElement Json(this DemoMessage message) => JsonDocument.Parse(message.Payload).RootElement;

    public static bool IsChain(this DemoMessage message) => message.Channel == "enriched:option_chain";

    public static bool IsUnderlying(this DemoMessage message) => message.Channel == "enriched:underlying";

    public static List<JsonElement> Chains(int seconds, int seed = 1, DateTimeOffset? start = null) =>
        [.. Messages(seconds, seed, start).Where(IsChain).Select(Json)];

    public static string Text(this JsonElement message, string field) => message.GetProperty(field).GetString()!;

    public static double Number(this JsonElement message, string field) => message.GetProperty(field).GetDouble();

    public static List<JsonElement> Items(this JsonElement message, string field) => [.. message.GetProperty(field).EnumerateArray()];

    public static List<JsonElement> Quotes(this JsonElement chain) => [.. chain.Items("calls"), .. chain.Items("puts")];
}

using DeltaStream.Actors.Market;
using DeltaStream.Actors.Telemetry;
using Microsoft.Extensions.Logging;

namespace DeltaStream.Actors.Takeover;

/// <summary>Counts the messages that a bridge withholds, and logs them: at most one line in 10 s for each reason. Safe for concurrent use.</summary>
internal sealed partial class WithheldMessages(TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<WithheldReason, (TimeSpan NextAt, int Suppressed)> _reasons = [];

    /// <summary>Exports every reason as 0 from the start.</summary>
    public static void ShowMetrics()
    {
        foreach (var reason in Enum.GetValues<WithheldReason>()) BridgeMetrics.Withheld(NameOf(reason), 0);
    }

    public void Note(ConflationKey key, WithheldReason reason)
    {
        BridgeMetrics.Withheld(NameOf(reason), 1);
        int suppressed;
        lock (_lock)
        {
            var now = time.Elapsed();
            var (nextAt, before) = _reasons.GetValueOrDefault(reason, (TimeSpan.MinValue, 0));
            var isQuiet = now < nextAt;
            _reasons[reason] = isQuiet ? (nextAt, before + 1) : (now + Quiet, 0);
            if (isQuiet) return;
            suppressed = before;
        }

        MessageWithheld(log, key.Kind.Channel, key.Symbol, NameOf(reason), suppressed);
    }

    private static string NameOf(WithheldReason reason) => reason.ToString().ToLowerInvariant();

    [LoggerMessage(213, LogLevel.Warning, "message_withheld {channel} {symbol} {reason} {suppressed}", EventName = "message_withheld")]
    private static partial void MessageWithheld(ILogger log, string channel, string symbol, string reason, int suppressed);
}

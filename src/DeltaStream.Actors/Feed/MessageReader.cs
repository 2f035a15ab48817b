using System.Text;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Feed;

/// <summary>Validates what comes in: messages that are not valid are counted, logged and skipped. Safe for concurrent use.</summary>
/// <param name="maxBytes">The largest message.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where skipped messages are named.</param>
internal sealed class MessageReader(int maxBytes, TimeProvider time, BridgeLog log)
{
    private const int ExcerptBytes = 200;

    // A producer gone wrong must not fill the disk: this many lines a second, then one that says how many were left out.
    private const int LinesPerSecond = 5;

    private readonly Lock _lock = new();
    private long _second;
    private int _lines;
    private int _suppressed;

    /// <summary>The message; null when it is skipped.</summary>
    public EnrichedMessage? Read(FeedMessage message)
    {
        if (MessageKind.OnChannel(message.Channel) is not { } kind) return null;
        if (EnrichedMessage.TryRead(kind, message.Payload, message.ReceivedAt, maxBytes, out var read, out var reason)) return read;
        BridgeMetrics.InvalidMessage(reason);
        lock (_lock) LogSkipped(message.Channel, reason, message.Payload.Span);
        return null;
    }

    private void LogSkipped(string channel, InvalidReason reason, ReadOnlySpan<byte> payload)
    {
        var second = time.GetTimestamp() / time.TimestampFrequency;
        if (second != _second)
        {
            if (_suppressed > 0) log.MoreMessagesSkipped(_suppressed);
            (_second, _lines, _suppressed) = (second, 0, 0);
        }

        if (++_lines > LinesPerSecond) _suppressed++;
        else log.MessageSkipped(channel, reason.Name(), payload.Length, Escape(payload));
    }

    /// <summary>Printable ASCII as it is, anything else as <c>\xNN</c>: bytes from outside can't forge log lines.</summary>
    private static string Escape(ReadOnlySpan<byte> payload)
    {
        var text = new StringBuilder(ExcerptBytes);
        foreach (var b in payload[..Math.Min(payload.Length, ExcerptBytes)])
        {
            if (b is >= 0x20 and < 0x7f and not (byte)'\\') text.Append((char)b);
            else text.Append("\\x").Append(b.ToString("x2"));
        }

        return text.ToString();
    }
}

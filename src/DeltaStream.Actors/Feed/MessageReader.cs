using System.Text;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Feed;

/// <summary>Validates messages. Invalid messages are counted, logged and skipped. Safe for concurrent use.</summary>
/// <param name="maxBytes">The maximum size of a message.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Logs skipped messages.</param>
internal sealed class MessageReader(int maxBytes, TimeProvider time, BridgeLog log)
{
    private const int ExcerptBytes = 200;

    // A faulty producer must not fill the disk: log this many lines a second, then one line with the number of suppressed
    // lines.
    private const int LinesPerSecond = 5;

    private readonly Lock _lock = new();
    private long _second;
    private int _lines;
    private int _suppressed;

    /// <summary>Validates a message; null if it is skipped.</summary>
    public EnrichedMessage? Read(FeedMessage message)
    {
        if (MessageKind.OnChannel(message.Channel) is not { } kind) return null;
        if (EnrichedMessage.TryRead(kind, message.Payload, message.ReceivedAt, maxBytes, out var read, out var fault)) return read;
        BridgeMetrics.InvalidMessage(fault.Reason);
        lock (_lock) LogSkipped(message.Channel, fault.Reason, message.Payload.Span);
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

    /// <summary>Keeps printable ASCII and writes any other byte as <c>\xNN</c>, so that payloads can't forge log lines.</summary>
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

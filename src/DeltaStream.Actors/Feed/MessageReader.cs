using System.Text;
using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.Streams.Supervision;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Feed;

/// <summary>The validating step of the graph: valid messages enter the intake, others are counted, logged and skipped.</summary>
/// <param name="settings">The size limit.</param>
/// <param name="ledger">The intake.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where skipped messages are named.</param>
internal sealed class MessageReader(BridgeSettings settings, IntakeLedger ledger, TimeProvider time, BridgeLog log)
{
    private const int ExcerptBytes = 200;

    // A producer gone wrong must not fill the disk: this many lines a second, then one that says how many were left out.
    private const int LinesPerSecond = 5;

    private long _second;
    private int _lines;
    private int _suppressed;

    /// <summary>The step as part of the graph. A message that it can't deal with ends nothing: it is logged and left out.</summary>
    public Flow<FeedItem, Intake, NotUsed> Flow => Akka.Streams.Dsl.Flow.Create<FeedItem>()
        .SelectMany(Read).Named("read").AddAttributes(ActorAttributes.CreateSupervisionStrategy(OnFailure));

    /// <summary>The message with its place in the intake; none when it is skipped, for a stream has no null.</summary>
    private IEnumerable<Intake> Read(FeedItem item) => TryRead(item) is { } intake ? [intake] : [];

    private Directive OnFailure(Exception failure)
    {
        log.MessageFailed(failure);
        return Directive.Resume;
    }

    private Intake? TryRead(FeedItem item)
    {
        var (channel, payload, receivedAt) = item.Message;
        if (!item.IsStored) BridgeMetrics.MessageIn(channel);
        if (!EnrichedMessage.IsKnown(channel)) return null;
        if (EnrichedMessage.TryRead(channel, payload, settings.MaxMessageBytes, out var message, out var reason))
        {
            var now = time.Elapsed();
            return item.IsStored ? ledger.Restored(message!, receivedAt, now) : ledger.Received(message!, receivedAt, now);
        }

        BridgeMetrics.InvalidMessage(reason);
        LogSkipped(channel, reason, payload.Span);
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

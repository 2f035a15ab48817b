using System.Text;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Feed;

/// <summary>
/// Validates messages. Invalid messages are counted, logged and skipped; repaired ones are counted and logged. Safe for
/// concurrent use.
/// </summary>
/// <param name="settings">The size limit, and what to do with numbers that are not finite.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Logs skipped and repaired messages.</param>
/// <param name="problems">The node's problems.</param>
internal sealed class MessageReader(BridgeSettings settings, TimeProvider time, BridgeLog log, NodeProblems problems)
{
    private const int ExcerptBytes = 200;
    private const int FieldBytes = 64;

    private readonly FaultWatch _skipped = new(Problem.MessagesSkipped, problems, time);
    private readonly FaultWatch _repaired = new(Problem.MessagesRepaired, problems, time);

    /// <summary>Validates a message; null if it is skipped.</summary>
    public EnrichedMessage? Read(FeedMessage message)
    {
        if (MessageKind.OnChannel(message.Channel) is not { } kind) return null;
        if (!EnrichedMessage.TryRead(kind, message.Payload, message.ReceivedAt, settings.MaxMessageBytes, out var read, out var fault, settings.NonFinite))
        {
            BridgeMetrics.InvalidMessage(fault.Reason);
            if (_skipped.Note(message.Channel)) LogSkipped(message, fault);
        }
        else if (read!.RepairedAt is { } place)
        {
            BridgeMetrics.RepairedMessage(kind);
            if (_repaired.Note(message.Channel)) LogRepaired(message, JsonPath.Of(read.Payload.Span, place));
        }

        return read;
    }

    /// <summary>Logs the number of messages that were not logged, and ends problems. To be called about twice a second.</summary>
    public void Tick()
    {
        _skipped.Tick(log.MoreMessagesSkipped, () => log.FaultsEnded(Problem.MessagesSkipped.Name));
        _repaired.Tick(log.MoreMessagesRepaired, () => log.FaultsEnded(Problem.MessagesRepaired.Name));
    }

    /// <summary>The node reads no messages any more.</summary>
    public void Stop()
    {
        _skipped.Stop();
        _repaired.Stop();
    }

    private static string Escape(string field) => Excerpt.Of(Encoding.UTF8.GetBytes(field), FieldBytes);

    private void LogSkipped(FeedMessage message, MessageFault fault)
    {
        var (reason, field) = (fault.Reason.Name(), Escape(fault.Field ?? ""));
        var found = fault.Field is null ? "" : fault.Found.IsEmpty ? "absent" : Excerpt.Of(fault.Found.Span, FieldBytes);
        log.MessageSkipped(message.Channel, reason, field, found, message.Payload.Length, Excerpt.Of(message.Payload.Span, ExcerptBytes));
        _skipped.Describe(message.Channel, field.Length == 0 ? reason : $"{reason}, {field} is {found}");
    }

    private void LogRepaired(FeedMessage message, string path)
    {
        var field = Escape(path);
        log.MessageRepaired(message.Channel, field, message.Payload.Length);
        _repaired.Describe(message.Channel, $"NaN or Infinity, {field}");
    }
}

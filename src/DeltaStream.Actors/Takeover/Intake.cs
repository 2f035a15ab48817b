using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Takeover;

/// <summary>A valid message with its place in this bridge's own intake.</summary>
/// <param name="Ordinal">Counts what this bridge has received, from 1.</param>
/// <param name="Message">The message.</param>
/// <param name="ReceivedAt">Microseconds since the Unix epoch.</param>
internal sealed record Intake(long Ordinal, EnrichedMessage Message, long ReceivedAt)
{
    /// <summary>Whether the message is young enough to be sent.</summary>
    /// <param name="unixNow">Microseconds since the Unix epoch.</param>
    public bool LivesAt(long unixNow) => Message.Key.Kind.LivesAt(ReceivedAt, unixNow);

    /// <summary>The update that clients and the store get of it.</summary>
    /// <param name="position">Its place among all that was published.</param>
    public MarketUpdate ToUpdate(Position position) =>
        new(Message.Key.Kind.Update, Message.Key, position, Message.Payload, Message.Hash, ReceivedAt);

    /// <summary>The summary that goes to <c>general</c> in the place of a large message.</summary>
    public MarketUpdate ToSummary(MarketEvent summary, Position position) =>
        new(summary, Message.Key, position, Message.Summary(), Message.Hash, ReceivedAt);
}

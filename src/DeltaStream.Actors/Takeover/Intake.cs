using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Takeover;

/// <summary>A valid message with its number in this bridge's intake.</summary>
/// <param name="Ordinal">The number of the message among all that this bridge has received, from 1.</param>
/// <param name="Message">The message.</param>
/// <param name="ReceivedAt">Microseconds since the Unix epoch.</param>
internal sealed record Intake(long Ordinal, EnrichedMessage Message, long ReceivedAt)
{
    /// <summary>True while the message is young enough to send.</summary>
    /// <param name="unixNow">Microseconds since the Unix epoch.</param>
    public bool IsLiveAt(long unixNow) => Message.Key.Kind.IsLiveAt(ReceivedAt, unixNow);

    /// <summary>The update for clients and for the store.</summary>
    /// <param name="position">The update's position in the published order.</param>
    public MarketUpdate ToUpdate(Position position) =>
        new(Message.Key.Kind.Update, Message.Key, position, Message.Payload, Message.Hash, ReceivedAt);

    /// <summary>The summary that <c>general</c> gets instead of a large message.</summary>
    public MarketUpdate ToSummary(MarketEvent summary, Position position) =>
        new(summary, Message.Key, position, Message.Summary(), Message.Hash, ReceivedAt);
}

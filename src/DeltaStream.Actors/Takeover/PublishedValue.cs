using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Takeover;

/// <summary>The facts about a published message without its bytes.</summary>
/// <param name="Key">The message's conflation key.</param>
/// <param name="Position">The message's position.</param>
/// <param name="Hash">XxHash3 of the message as published.</param>
/// <param name="Timestamp">The producer's time in microseconds since the Unix epoch.</param>
/// <param name="ReceivedAt">When a bridge received it, in the same unit and in Redis's time.</param>
internal readonly record struct PublishedValue(ConflationKey Key, Position Position, ulong Hash, long Timestamp, long ReceivedAt)
{
    /// <summary>The facts about an update. A chain's summary has the key, position, hash and timestamp of its chain.</summary>
    public static PublishedValue Of(MarketUpdate update) =>
        new(update.Key, update.Position, update.Hash, EnrichedMessage.TimestampOf(update.Key.Kind, update.Payload.Span, update.ReceivedAt), update.ReceivedAt);
}

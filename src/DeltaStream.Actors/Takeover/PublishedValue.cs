using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Takeover;

/// <summary>What is known of a published message without its bytes.</summary>
/// <param name="Key">What it was about.</param>
/// <param name="Position">Where it stands.</param>
/// <param name="Hash">XxHash3 of the message as published.</param>
/// <param name="Timestamp">Its own time: microseconds since the Unix epoch.</param>
internal readonly record struct PublishedValue(ConflationKey Key, Position Position, ulong Hash, long Timestamp)
{
    /// <summary>
    /// Reads it from an update: the published message, or the summary of a chain, which has the chain's key, position, hash
    /// and timestamp.
    /// </summary>
    public static PublishedValue Of(MarketUpdate update) =>
        new(update.Key, update.Position, update.Hash, EnrichedMessage.TimestampOf(update.Key.Kind, update.Payload.Span, update.ReceivedAt));
}

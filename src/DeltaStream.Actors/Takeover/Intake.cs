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
    public bool LivesAt(long unixNow) => unixNow - ReceivedAt < (long)MarketUpdate.Life.TotalMicroseconds;

    /// <summary>The update that clients and the store get of it.</summary>
    /// <param name="position">Its place among all that was published.</param>
    public MarketUpdate ToUpdate(Position position)
    {
        var @event = Message.Key.Kind == MarketKind.Underlying ? MarketEvent.UnderlyingUpdate : MarketEvent.ChainUpdate;
        return new(@event, Message.Key, position, Message.Payload, Message.Hash, ReceivedAt);
    }

    /// <summary>The summary that goes to <c>general</c> when the message is a chain.</summary>
    public MarketUpdate ToSummary(Position position) =>
        new(MarketEvent.ChainSummary, Message.Key, position, Message.Summary(), Message.Hash, ReceivedAt);
}

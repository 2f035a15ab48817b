using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Feed;

/// <summary>One message of the platform.</summary>
/// <param name="Channel">The message's Redis channel, for example <c>enriched:underlying</c>.</param>
/// <param name="Payload">The published bytes.</param>
/// <param name="ReceivedAt">Microseconds since the Unix epoch.</param>
public readonly record struct FeedMessage(string Channel, ReadOnlyMemory<byte> Payload, long ReceivedAt);

/// <summary>The source of market data. The node implements it with Redis, specs in memory.</summary>
public interface IFeed
{
    /// <summary>The names of the channels, for the log.</summary>
    string Channels => "enriched:*";

    /// <summary>
    /// Subscribes to every channel of the feed on one connection. The task ends when the connection is lost or delivers
    /// nothing. The caller then subscribes again and reads missed values from the store. A subscription that delivered nothing
    /// may still deliver, until the next one is made: from one to the next nothing comes twice.
    /// </summary>
    /// <param name="subscribed">Called once, before the first message.</param>
    /// <param name="receive">Called with each message in order, by one thread at a time. It must return at once.</param>
    /// <param name="stop">Ends the subscription.</param>
    /// <exception cref="FeedUnavailableException">The feed can't be reached or was lost; the caller may retry.</exception>
    Task ListenAsync(Action subscribed, Action<FeedMessage> receive, CancellationToken stop);
}

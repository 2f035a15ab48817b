using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Feed;

/// <summary>One message as it came from the platform.</summary>
/// <param name="Channel">The channel it was published on, e.g. <c>enriched:underlying</c>.</param>
/// <param name="Payload">The published bytes.</param>
/// <param name="ReceivedAt">Microseconds since the Unix epoch.</param>
public readonly record struct FeedMessage(string Channel, ReadOnlyMemory<byte> Payload, long ReceivedAt);

/// <summary>Where market data comes from. The node implements it over Redis, specs in memory.</summary>
public interface IFeed
{
    /// <summary>
    /// Subscribes to every channel of the feed, over one connection's life. Ends when the connection is lost or found deaf; the
    /// caller then subscribes anew, so that what was missed in between can be read again from the store.
    /// </summary>
    /// <param name="subscribed">Called once, before the first message.</param>
    /// <param name="receive">Called with each message, in order, by one thread at a time. Returns at once.</param>
    /// <param name="stop">Ends the subscription.</param>
    /// <exception cref="FeedUnavailableException">The feed can't be reached, or was lost; try again later.</exception>
    Task ListenAsync(Action subscribed, Action<FeedMessage> receive, CancellationToken stop);
}

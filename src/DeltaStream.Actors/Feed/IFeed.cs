using System.Threading.Channels;
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
    /// <summary>Subscribes to every channel of the feed.</summary>
    /// <exception cref="FeedUnavailableException">The feed can't be reached now; try again later.</exception>
    ValueTask<IFeedSubscription> SubscribeAsync(CancellationToken cancellation);
}

/// <summary>
/// One subscription, over one connection's life. It ends when the connection is lost or found deaf; the owner then
/// disposes it and subscribes anew, so that whatever was missed in between can be read again from the store.
/// </summary>
public interface IFeedSubscription : IAsyncDisposable
{
    /// <summary>
    /// What arrives, in order. Bounded; drained at once by the bridge. Completes with a <see cref="FeedUnavailableException"/>
    /// when the link is lost or delivers nothing although it should.
    /// </summary>
    ChannelReader<FeedMessage> Messages { get; }
}

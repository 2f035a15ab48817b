using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Feed;

/// <summary>The feed as a source that never ends: subscribes, and subscribes anew with backoff whenever that fails or ends.</summary>
internal static class FeedSource
{
    private const double BackoffSpread = 0.2;

    /// <summary>Makes the source.</summary>
    /// <param name="feed">Where messages come from.</param>
    /// <param name="tell">Hears of each subscription and its end.</param>
    /// <param name="settings">The backoff.</param>
    /// <param name="stopped">Cancelled when the graph stops: ends a subscribing under way.</param>
    public static Source<FeedItem, NotUsed> Create(IFeed feed, Action<IBridgeEvent> tell, BridgeSettings settings, CancellationToken stopped) =>
        RestartSource.WithBackoff(
            () => Source.FromTaskSource(Subscribe(feed, tell, stopped)),
            RestartSettings.Create(settings.MinBackoff, settings.MaxBackoff, BackoffSpread));

    // A source that fails is restarted like one that ends, but with a stack trace in the log for each attempt: an outage of
    // Redis is an expected thing, so it ends.
    private static async Task<Source<FeedItem, NotUsed>> Subscribe(IFeed feed, Action<IBridgeEvent> tell, CancellationToken stopped)
    {
        IFeedSubscription subscription;
        try
        {
            subscription = await feed.SubscribeAsync(stopped);
        }
        catch (Exception refused)
        {
            if (!stopped.IsCancellationRequested) tell(new LinkDown(FeedUnavailableException.ReasonOf(refused)));
            return Source.Empty<FeedItem>();
        }

        tell(new LinkUp());
        return ChannelSource.FromReader(subscription.Messages)
            .Select(message => new FeedItem(message, IsStored: false))
            .WatchTermination((_, ended) => Release(subscription, ended, tell, stopped))
            .MapMaterializedValue(_ => NotUsed.Instance)
            .RecoverWithRetries(_ => Source.Empty<FeedItem>(), attempts: 1);
    }

    private static async Task Release(IFeedSubscription subscription, Task ended, Action<IBridgeEvent> tell, CancellationToken stopped)
    {
        var reason = "the subscription ended";
        try
        {
            await ended;
        }
        catch (AbruptStageTerminationException)
        {
            // The bridge itself ends.
            stopped = new CancellationToken(canceled: true);
        }
        catch (Exception lost)
        {
            reason = FeedUnavailableException.ReasonOf(lost);
        }

        if (!stopped.IsCancellationRequested) tell(new LinkDown(reason));
        try
        {
            await subscription.DisposeAsync();
        }
        catch (Exception)
        {
            // The connection is lost; there is nothing left to release.
        }
    }
}

using Akka;
using Akka.Streams.Dsl;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Feed;

/// <summary>The handles of a running graph.</summary>
/// <param name="Control">Controls the publishing stage.</param>
/// <param name="Ended">Completes when the graph has ended, and fails if the graph failed.</param>
internal sealed record RunningBridge(IPublishControl Control, Task Ended);

/// <summary>
/// A message's path through the bridge: from the inlet, which keeps the newest message of each key, to the topics and the
/// store. All stages run in one actor. There is no buffer between the conflating and the publishing stage, so the published
/// message is always the newest.
/// </summary>
internal static class BridgeGraph
{
    public static IRunnableGraph<RunningBridge> Create(ConflateStage conflate, PublishStage publish, Sink<MarketUpdate, Task> store) =>
        Source.FromGraph(conflate)
            .ViaMaterialized(publish, Keep.Right)
            .ToMaterialized(store, (control, ended) => new RunningBridge(control, ended));

    /// <summary>
    /// Writes published updates to the store, one write at a time. It never holds back publishing: during a write it keeps the
    /// newest update of each key for the next write.
    /// </summary>
    public static Sink<MarketUpdate, Task> Store(ILatestStore store, Action<IBridgeEvent> tell, BridgeSettings settings, CancellationToken stopped) =>
        Flow.Create<MarketUpdate>()
            .ConflateWithSeed(
                first => new Dictionary<ConflationKey, MarketUpdate> { [first.Key] = first },
                (newest, update) =>
                {
                    newest[update.Key] = update;
                    return newest;
                })
            .SelectMany(newest => newest.Values.Chunk(settings.WriteBatch))
            .SelectAsync(1, batch => Write(store, batch, tell, stopped)).Named("store")
            .ToMaterialized(End(), Keep.Right);

    /// <summary>Its task ends in the turn in which the graph ends, and not later on the thread pool.</summary>
    private static Sink<NotUsed, Task> End()
    {
        var ended = new TaskCompletionSource();
        return Sink.OnComplete<NotUsed>(() => ended.TrySetResult(), failure => ended.TrySetException(failure)).MapMaterializedValue(_ => (Task)ended.Task);
    }

    private static async Task<NotUsed> Write(ILatestStore store, MarketUpdate[] batch, Action<IBridgeEvent> tell, CancellationToken stopped)
    {
        try
        {
            if (!await store.WriteAsync(batch, stopped)) tell(new WriteRefused());
        }
        catch (Exception failed)
        {
            if (!stopped.IsCancellationRequested) tell(new WriteFailed(FeedUnavailableException.ReasonOf(failed)));
        }

        return NotUsed.Instance;
    }
}

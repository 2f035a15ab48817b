using Akka;
using Akka.Streams.Dsl;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Feed;

/// <summary>What the running graph gives its actor.</summary>
/// <param name="Control">The publishing stage's.</param>
/// <param name="Ended">Completes when the graph has ended, with its failure if it failed.</param>
internal sealed record RunningBridge(IPublishControl Control, Task Ended);

/// <summary>
/// The way of a message through the bridge, from the inlet, where the newest of each key waits, to the topics and, beside them,
/// the store. Everything runs in one actor; nothing stands between the conflating stage and the publishing one, so that what
/// is published is the newest.
/// </summary>
internal static class BridgeGraph
{
    /// <summary>Makes the graph.</summary>
    public static IRunnableGraph<RunningBridge> Create(ConflateStage conflate, PublishStage publish, Sink<MarketUpdate, Task> store) =>
        Source.FromGraph(conflate)
            .ViaMaterialized(publish, Keep.Right)
            .ToMaterialized(store, (control, ended) => new RunningBridge(control, ended));

    /// <summary>
    /// Writes what was published to the store, one write at a time. Never holds back publishing: while a write is under way the
    /// newest value of each key is collected for the next one.
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
            .ToMaterialized(Sink.Ignore<NotUsed>(), Keep.Right)
            .MapMaterializedValue(done => (Task)done);

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

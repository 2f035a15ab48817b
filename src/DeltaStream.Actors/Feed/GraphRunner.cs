using System.Threading.Channels;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Takeover;

namespace DeltaStream.Actors.Feed;

/// <summary>Runs the graph for the bridge's actor, one run at a time. A new run begins with what the ones before may not have published.</summary>
internal sealed class GraphRunner(
    BridgeSettings settings, BridgePorts ports, TimeProvider time, PublishingRight right, IntakeLedger ledger, ChannelReader<FeedItem> restored, BridgeLog log)
{
    private CancellationTokenSource _stopped = new();
    private IPublishControl? _control;
    private int _failures;

    /// <summary>Starts a run, which tells the bridge's actor of its link, its writes and its end.</summary>
    public void Start(IActorRef bridge, IMaterializer materializer, TopicPublisher topics)
    {
        _stopped = new CancellationTokenSource();
        var running = BridgeGraph.Create(
            FeedSource.Create(ports.Feed, Tell, settings, _stopped.Token).Merge(ChannelSource.FromReader(restored)),
            new MessageReader(settings, ledger, time, log),
            ledger.Newest,
            new ConflateStage(settings, time),
            new PublishStage(settings, time, right, ledger, topics),
            BridgeGraph.Store(ports.Latest, Tell, settings, _stopped.Token)).Run(materializer);
        _control = running.Control;
        running.Ended.PipeTo(bridge, success: () => new GraphEnded(null), failure: error => new GraphEnded(error));

        void Tell(IBridgeEvent @event) => bridge.Tell(@event, ActorRefs.NoSender);
    }

    /// <summary>The right to publish has begun or goes on.</summary>
    public void RightChanged() => _control?.RightChanged();

    /// <summary>The run works: it has subscribed to the feed.</summary>
    public void Works() => _failures = 0;

    /// <summary>The run has ended.</summary>
    /// <returns>The pause before the next one, longer with each that did not work.</returns>
    public TimeSpan Ended()
    {
        Stop();
        var backoff = settings.MinBackoff * Math.Pow(2, Math.Min(_failures++, 10));
        return backoff > settings.MaxBackoff ? settings.MaxBackoff : backoff;
    }

    /// <summary>Ends what the run waits for. The stream itself ends with the actor whose materializer runs it.</summary>
    public void Stop()
    {
        _stopped.Cancel();
        _control = null;
    }
}

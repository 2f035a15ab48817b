using Akka.Actor;
using Akka.Streams;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Takeover;

namespace DeltaStream.Actors.Feed;

/// <summary>Runs the graph for the bridge's actor, one run at a time.</summary>
internal sealed class GraphRunner(BridgeSettings settings, BridgePorts ports, TimeProvider time, PublishingRight right, IntakeLedger ledger, FeedInlet inlet)
{
    private CancellationTokenSource _stopped = new();
    private IPublishControl? _control;

    /// <summary>Starts a run. The run reports its writes and its end to the bridge's actor.</summary>
    public void Start(IActorRef bridge, IMaterializer materializer, TopicPublisher topics)
    {
        _stopped = new CancellationTokenSource();
        var running = BridgeGraph.Create(
            new ConflateStage(inlet, time),
            new PublishStage(settings, time, right, ledger, topics),
            BridgeGraph.Store(ports.Latest, @event => bridge.Tell(@event, ActorRefs.NoSender), settings, _stopped.Token)).Run(materializer);
        _control = running.Control;
        running.Ended.PipeTo(bridge, success: () => new GraphEnded(null), failure: error => new GraphEnded(error));
    }

    /// <summary>The right to publish has begun or continues.</summary>
    public void RightChanged() => _control?.RightChanged();

    /// <summary>Cancels the requests of the run. The stream itself ends with the actor of its materializer.</summary>
    public void Stop()
    {
        _stopped.Cancel();
        _control = null;
    }
}

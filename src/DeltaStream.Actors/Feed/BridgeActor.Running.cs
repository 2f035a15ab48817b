using Akka.Actor;
using Akka.Event;
using Akka.Streams.Dsl;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Feed;

/// <summary>What runs beside the actor: the graph, started again with backoff when it ends, and reading the store after a gap.</summary>
public sealed partial class BridgeActor
{
    private void StartGraph()
    {
        var run = ++_run;
        _graphStopped = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token);
        var stopped = _graphStopped.Token;
        var observer = new BridgeObserver(Self);
        var topics = new TopicPublisher(Context.System, _mediator, _node, _log);
        var running = BridgeGraph.Create(
            FeedSource.Create(_ports.Feed, observer, _settings, stopped).Merge(ChannelSource.FromReader(_restored.Reader)),
            new MessageReader(_settings, _ledger, _time, _log),
            new ConflateStage(_settings, _time),
            new PublishStage(_settings, _time, _right, _ledger, topics),
            BridgeGraph.Store(_ports.Latest, observer, _settings, stopped)).Run(_materializer);
        _control = running.Control;
        running.Ended.PipeTo(Self, success: () => new GraphEnded(run, null), failure: error => new GraphEnded(run, error));
    }

    private void OnGraphEnded(GraphEnded ended)
    {
        _graphStopped?.Cancel();
        _control = null;
        OnLink(false);
        BridgeMetrics.Restarts.Add(1);
        var backoff = _settings.MinBackoff * Math.Pow(2, Math.Min(_failures++, 10));
        if (backoff > _settings.MaxBackoff) backoff = _settings.MaxBackoff;
        _log.Error(ended.Failure, "bridge_graph_ended {backoff}", backoff);
        Timers.StartSingleTimer("start-again", StartAgain.Instance, backoff);
    }

    private void Sync()
    {
        _syncAgain = _syncing;
        if (_syncing) return;
        _syncing = true;
        var sync = new StoreSync(_ports.Latest, _ledger, _restored.Writer, _settings, _time);
        var right = _right;
        sync.Run(() => right.Current is not null, _stopped.Token)
            .PipeTo(Self, success: () => new SyncEnded(null), failure: error => new SyncEnded(error.Message));
    }

    private void SyncLater() => Timers.StartSingleTimer("sync-again", SyncAgain.Instance, _settings.MinBackoff * 2);

    private void OnSynced(SyncEnded ended)
    {
        _syncing = false;
        if (ended.Failure is null) _failures = 0;
        else _log.Debug("latest_sync_failed {error}", ended.Failure);
        if (_syncAgain) Sync();
        else if (ended.Failure is not null && _linkUp) SyncLater();
    }
}

using Akka.Actor;
using Akka.Event;
using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// Receives the active bridge's heartbeats and tells the node's actors when the feed becomes live, stale or down. Before the
/// first heartbeat the feed counts as stale.
/// </summary>
public sealed class FeedMonitor : UntypedActor, IWithTimers
{
    /// <summary>How long no heartbeat may come before the feed is stale.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(2);

    private readonly IActorRef _mediator;
    private readonly NodeStatus _status;
    private readonly ClientLog _log;
    private readonly TimeProvider _time;

    public FeedMonitor(IActorRef mediator, NodeStatus status, ClientLog log, TimeProvider time)
    {
        _mediator = mediator;
        _status = status;
        _log = log;
        _time = time;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe<SubscriptionsLost>(Self);
        Subscribe();
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case BridgeHeartbeat beat when beat.Epoch >= _status.Feed.BridgeEpoch:
                Timers.StartSingleTimer(Silence.Instance, Silence.Instance, StaleAfter);
                Become(beat.Link == FeedLink.Up ? FeedState.Live : FeedState.Down, beat.Node, beat.Epoch);
                break;
            case BridgeHeartbeat { Epoch: 0 } when _status.Feed.State != FeedState.Live:
                // Epoch 0: a standby reports that no bridge can take the lease, and no active bridge has sent anything newer.
                Timers.StartSingleTimer(Silence.Instance, Silence.Instance, StaleAfter);
                Become(FeedState.Down, _status.Feed.BridgeNode, _status.Feed.BridgeEpoch);
                break;
            case BridgeHeartbeat:
                // A superseded bridge that does not know it yet.
                break;
            case Silence:
                Become(FeedState.Stale, _status.Feed.BridgeNode, _status.Feed.BridgeEpoch);
                break;
            case SubscriptionsLost:
                Subscribe();
                break;
            case SubscribeAck:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Subscribe() => _mediator.Tell(new Subscribe(TopicName.Heartbeat, Self), Self);

    private void Become(FeedState state, string? node, long epoch)
    {
        var before = _status.Feed;
        if (state == before.State)
        {
            if (epoch != before.BridgeEpoch || node != before.BridgeNode) _status.Feed = before with { BridgeNode = node, BridgeEpoch = epoch };
            return;
        }

        var now = new FeedStatus(state, _time.GetUtcNow(), node, epoch);
        _status.Feed = now;
        _log.FeedChanged(now);
        Context.System.EventStream.Publish(new FeedStatusChanged(now));
    }

    private sealed record Silence : INoSerializationVerificationNeeded
    {
        public static readonly Silence Instance = new();
    }
}

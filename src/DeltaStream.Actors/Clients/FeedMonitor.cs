using Akka.Actor;
using Akka.Event;
using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// Receives the active bridge's heartbeats and tells the node's actors when the feed becomes live, stale or down. Health shows
/// a state at once; clients are told when it has held for a second. Before the first heartbeat the feed counts as stale.
/// </summary>
public sealed class FeedMonitor : UntypedActor, IWithTimers
{
    /// <summary>How long no heartbeat may come before the feed is stale.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(2);

    /// <summary>How long a state must hold before clients are told.</summary>
    public static readonly TimeSpan ToldAfter = TimeSpan.FromSeconds(1);

    private readonly IActorRef _mediator;
    private readonly NodeStatus _status;
    private readonly NodeProblems _problems;
    private readonly ClientLog _log;
    private readonly TimeProvider _time;
    private FeedState? _held;

    public FeedMonitor(IActorRef mediator, NodeStatus status, NodeProblems problems, ClientLog log, TimeProvider time)
    {
        _mediator = mediator;
        _status = status;
        _problems = problems;
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
                Become(StateOf(beat), beat.Node, beat.Epoch);
                ShowUnrenewed(beat.IsUnrenewed ? beat.Node : null);
                break;
            case BridgeHeartbeat { Epoch: 0 } when _status.Feed.State != FeedState.Live:
                // Epoch 0: a standby reports that no bridge can take the lease, and no active bridge has sent anything newer.
                Timers.StartSingleTimer(Silence.Instance, Silence.Instance, StaleAfter);
                Become(FeedState.Down, _status.Feed.BridgeNode, _status.Feed.BridgeEpoch);
                _problems.End(Problem.RedisRefuses, nameof(FeedMonitor));
                break;
            case BridgeHeartbeat:
                // A superseded bridge that does not know it yet.
                break;
            case Silence:
                Become(FeedState.Stale, _status.Feed.BridgeNode, _status.Feed.BridgeEpoch);
                _problems.End(Problem.RedisRefuses, nameof(FeedMonitor));
                break;
            case Held:
                OnHeld(_status.Feed);
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

    // Between two bridges the feed is stale.
    private static FeedState StateOf(BridgeHeartbeat beat) =>
        beat.Link == FeedLink.Down ? FeedState.Down : beat.IsLast ? FeedState.Stale : FeedState.Live;

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
        Context.System.EventStream.Publish(new FeedStatusChanged(now));
        Timers.StartSingleTimer(Held.Instance, Held.Instance, ToldAfter);
    }

    /// <summary>On every node, because a kill of that bridge is healed only when the store takes writes again.</summary>
    /// <param name="bridge">The node of the bridge that goes on without a renewed lease; null for none.</param>
    private void ShowUnrenewed(string? bridge)
    {
        var detail = bridge is null ? null : $"the active bridge ({bridge}) goes on without a renewed lease, because Redis refuses to renew it";
        if (!_problems.Set(Problem.RedisRefuses, detail, nameof(FeedMonitor))) return;
        if (bridge is null) _log.LeaseRenewed();
        else _log.LeaseNotRenewed(bridge);
    }

    private void OnHeld(FeedStatus status)
    {
        if (status.State != _held) _log.FeedChanged(status);
        _held = status.State;
        _status.HeldFeed = status;
        Context.System.EventStream.Publish(new FeedStatusHeld(status));
    }

    private sealed record Held : INoSerializationVerificationNeeded
    {
        public static readonly Held Instance = new();
    }

    private sealed record Silence : INoSerializationVerificationNeeded
    {
        public static readonly Silence Instance = new();
    }
}

using System.Threading.Channels;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using Akka.Streams;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Feed;

/// <summary>Where a bridge takes from and gives to.</summary>
/// <param name="Feed">The platform's messages.</param>
/// <param name="Lease">Who is the active bridge.</param>
/// <param name="Latest">The newest values.</param>
public sealed record BridgePorts(IFeed Feed, ILeaseStore Lease, ILatestStore Latest)
{
    /// <summary>Whether this bridge may be the active one as far as others can tell; asked from the actor that keeps the lease.</summary>
    public Func<bool> MayPublish { get; init; } = static () => true;
}

/// <summary>
/// The bridge of one node. Runs the graph all the time, and with it the intake; whether the graph publishes is up to the
/// lease, which a child keeps. Says with heartbeats that it lives, and hears in <c>general</c>, which every kind of message
/// reaches, what the active bridge publishes while it stands by. Nothing of Redis failing ends it: it says so and tries again.
/// </summary>
public sealed partial class BridgeActor : UntypedActor, IWithTimers
{
    private const int SyncBuffer = 256;

    // Costs next to nothing where the subscriptions still stand; a standby without a cache beside it has no other way to notice
    // that a restarted mediator has dropped them.
    private static readonly TimeSpan SubscribeEvery = TimeSpan.FromSeconds(5);

    private readonly BridgeSettings _settings;
    private readonly BridgePorts _ports;
    private readonly TimeProvider _time;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly IActorRef _mediator = DistributedPubSub.Get(Context.System).Mediator;
    private readonly string _node;
    private readonly PublishingRight _right;
    private readonly IntakeLedger _ledger;
    private readonly HeartbeatPolicy _heartbeats;
    private readonly Channel<FeedItem> _restored = Channel.CreateBounded<FeedItem>(SyncBuffer);
    private readonly CancellationTokenSource _stopped = new();

    private IActorRef _lease = ActorRefs.Nobody;
    private IMaterializer? _materializer;
    private IPublishControl? _control;
    private CancellationTokenSource? _graphStopped;
    private int _run;
    private long _epoch;
    private int _failures;
    private long _highestEpoch;
    private bool _linkUp;
    private bool _linkGood;
    private bool _storeReachable = true;
    private bool _syncing;
    private bool _syncAgain;
    private string? _lastError;

    /// <summary>Makes the actor; <see cref="Props"/> says of what.</summary>
    public BridgeActor(BridgeSettings settings, BridgePorts ports, TimeProvider time, string? node)
    {
        (_settings, _ports, _time) = (settings.Check(), ports, time);
        _node = node ?? HostPort(Cluster.Get(Context.System).SelfAddress);
        _right = new PublishingRight(time);
        _ledger = new IntakeLedger(settings.TakeoverHold, settings.Life, settings.MaxKeys);
        _heartbeats = new HeartbeatPolicy(_node, settings.HeartbeatInterval * 4, Now);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _time.GetElapsedTime(0, _time.GetTimestamp());

    /// <summary>How to make one.</summary>
    /// <param name="settings">How it works.</param>
    /// <param name="ports">Where it takes from and gives to.</param>
    /// <param name="time">The clock.</param>
    /// <param name="node">How it calls itself, unique in the cluster; by default its node's <c>host:port</c>.</param>
    public static Props Props(BridgeSettings settings, BridgePorts ports, TimeProvider time, string? node = null) =>
        Akka.Actor.Props.Create(() => new BridgeActor(settings, ports, time, node));

    /// <summary>A keeper of the lease that fails gives it up and starts anew; what it has to know it is told with each beat.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Restart);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        BridgeMetrics.HoldsEpoch(0);
        Context.System.EventStream.Subscribe<SubscriptionsLost>(Self);
        Subscribe();
        _materializer = Context.Materializer();
        _lease = Context.ActorOf(LeaseActor.Props(new LeaseSettings(_settings.LeaseTtl, _settings.ReachTimeout), _ports.Lease, _ports.MayPublish, _right, _time), "lease");
        Timers.StartPeriodicTimer("heartbeat", Beat.Instance, _settings.HeartbeatInterval);
        Timers.StartPeriodicTimer("forget", Forget.Instance, _settings.Life);
        Timers.StartPeriodicTimer("subscribe", SubscriptionsLost.Instance, SubscribeEvery);
        StartGraph();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        _right.Withdraw();
        _graphStopped?.Cancel();
        _stopped.Cancel();
        BridgeMetrics.NoBridge();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case IBridgeEvent own: OnOwn(own); break;
            case ILeaseEvent lease: OnLease(lease); break;
            case BridgeHeartbeat heartbeat: OnHeartbeat(heartbeat); break;
            case RoomEvent { Room.Kind: RoomKind.General } published: OnPublished(published.Update); break;
            case HandOn: _lease.Forward(message); break;
            case RefusedByStore: _lease.Tell(message); break;
            case Beat: OnBeat(); break;
            case Forget: _ledger.Forget(Now); break;
            case StartAgain: StartGraph(); break;
            case SyncAgain: Sync(); break;
            case LinkGraceOver: OnLinkGood(_linkUp); break;
            case SubscriptionsLost: Subscribe(); break;
            case SubscribeAck: break;
            default: Unhandled(message); break;
        }
    }

    private void Subscribe()
    {
        _mediator.Tell(new Subscribe(TopicName.Heartbeat, Self));
        _mediator.Tell(new Subscribe(TopicName.For(Room.General), Self));
    }

    private static string HostPort(Address address) => $"{address.Host}:{address.Port}";

    private void OnOwn(IBridgeEvent @event)
    {
        switch (@event)
        {
            case LinkUp:
                _lastError = null;
                _log.Info("redis_listener_started {pattern}", "enriched:*");
                OnLink(true);
                Sync();
                break;
            case LinkDown down:
                // Each attempt fails the same way; once is enough.
                if (down.Reason != _lastError) _log.Error("redis_listener_error {error}", down.Reason);
                _lastError = down.Reason;
                OnLink(false);
                break;
            case WriteFailed failed:
                _log.Debug("latest_write_failed {error}", failed.Reason);
                SyncLater();
                break;
            case SyncEnded ended: OnSynced(ended); break;
            case GraphEnded ended when ended.Run == _run: OnGraphEnded(ended); break;
        }
    }

    private void OnLink(bool up)
    {
        if (up == _linkUp) return;
        _linkUp = up;
        BridgeMetrics.LinkIsUp(up);
        if (up)
        {
            Timers.Cancel("link-grace");
            OnLinkGood(true);
        }
        else
        {
            BridgeMetrics.LinksLost.Add(1);
            Timers.StartSingleTimer("link-grace", LinkGraceOver.Instance, _settings.LinkGrace);
        }

        SendHeartbeat();
    }

    private void OnLinkGood(bool good)
    {
        _linkGood = good;
        _lease.Tell(new LinkIsGood(good));
    }

    private void OnBeat()
    {
        // Said again and again, so that a keeper that was restarted knows what its predecessor knew.
        _lease.Tell(new LinkIsGood(_linkGood));
        _lease.Tell(new EpochSeen(_highestEpoch));
        SendHeartbeat();
    }

    private void OnEpoch(long epoch)
    {
        if (epoch <= _highestEpoch) return;
        _highestEpoch = epoch;
        _lease.Tell(new EpochSeen(epoch));
    }

    private void OnLease(ILeaseEvent @event)
    {
        switch (@event)
        {
            case RightGranted granted:
                // By now every update that stood before this in the mailbox is in the ledger.
                _right.Begin(granted.Epoch);
                if (granted.Epoch != _epoch)
                {
                    _epoch = granted.Epoch;
                    _highestEpoch = Math.Max(_highestEpoch, _epoch);
                    _log.Info("bridge_active {epoch} {node}", granted.Epoch, _node);
                    BridgeMetrics.HoldsEpoch(granted.Epoch);
                    SendHeartbeat();
                    Sync();
                }

                _control?.RightChanged();
                break;
            case RightEnded ended:
                _epoch = 0;
                _log.Info("bridge_standby {epoch} {reason}", ended.Epoch, ended.Reason);
                BridgeMetrics.HoldsEpoch(0);
                break;
            case LeaseReleased released:
                // Whoever stands by takes it within a round trip, and does not wait for its next turn to ask.
                Tell(_heartbeats.Last(released.Epoch, _linkUp));
                break;
            case StoreReachable store:
                _storeReachable = store.Reachable;
                SendHeartbeat();
                break;
        }
    }

    private void OnHeartbeat(BridgeHeartbeat heartbeat)
    {
        if (heartbeat.Node == _node) return;
        _heartbeats.Heard(heartbeat, Now);
        if (heartbeat.Epoch != 0) _ledger.SignOfLife(Now);
        OnEpoch(heartbeat.Epoch);
        if (heartbeat.IsLast) _lease.Tell(new LeaseFreed(heartbeat.Epoch));
    }

    private void OnPublished(MarketUpdate update)
    {
        if (update.Position.Epoch == _epoch) return;
        _ledger.Heard(PublishedValue.Of(update), Now);
        OnEpoch(update.Position.Epoch);
    }

    private void SendHeartbeat()
    {
        if (_heartbeats.Due(_right.Current, _linkUp, _storeReachable, Now) is { } heartbeat)
            Tell(heartbeat);
    }

    private void Tell(BridgeHeartbeat heartbeat) => _mediator.Tell(new Publish(TopicName.Heartbeat, heartbeat));

    private sealed record Beat : INoSerializationVerificationNeeded
    {
        public static readonly Beat Instance = new();
    }

    private sealed record Forget : INoSerializationVerificationNeeded
    {
        public static readonly Forget Instance = new();
    }

    private sealed record StartAgain : INoSerializationVerificationNeeded
    {
        public static readonly StartAgain Instance = new();
    }

    private sealed record SyncAgain : INoSerializationVerificationNeeded
    {
        public static readonly SyncAgain Instance = new();
    }

    private sealed record LinkGraceOver : INoSerializationVerificationNeeded
    {
        public static readonly LinkGraceOver Instance = new();
    }
}

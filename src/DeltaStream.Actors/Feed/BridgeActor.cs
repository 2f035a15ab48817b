using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using Akka.Streams;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Members;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Feed;

/// <summary>
/// The bridge of one node. It always runs the graph, which publishes only while a child holds the lease. It sends heartbeats. A
/// standby listens to <c>general</c>, where every kind of message appears, to learn what is published. A failure of Redis is
/// logged and retried.
/// </summary>
internal sealed class BridgeActor : UntypedActor, IWithTimers
{
    // A standby without a cache on its node can't notice otherwise that a restarted mediator has dropped its subscriptions.
    private static readonly TimeSpan SubscribeEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromMinutes(1);

    private readonly BridgeSettings _settings;
    private readonly BridgePorts _ports;
    private readonly TimeProvider _time;
    private readonly BridgeLog _log;
    private readonly IActorRef _mediator = NodeCluster.Of(Context.System).Mediator;
    private readonly string _node;
    private readonly PublishingRight _right;
    private readonly IntakeLedger _ledger;
    private readonly HeartbeatPolicy _heartbeats;
    private readonly FeedInlet _inlet;
    private readonly Backoff _graphBackoff;
    private readonly IMaterializer _materializer = Context.Materializer();
    private readonly GraphRunner _graph;
    private IActorRef _lease = ActorRefs.Nobody;
    private IActorRef _sync = ActorRefs.Nobody;
    private long _highestEpoch;

    public BridgeActor(BridgeSettings settings, BridgePorts ports, TimeProvider time, string? node)
    {
        (_settings, _ports, _time, _log) = (settings, ports, time, new BridgeLog(ports.Log));
        _node = node ?? HostPort(NodeCluster.Of(Context.System).Self.Address);
        _right = new PublishingRight(time);
        _ledger = new IntakeLedger(settings.TakeoverHold, settings.MaxKeys, new WithheldMessages(time, ports.Log), settings.MaxBytes);
        _inlet = new FeedInlet(settings, _ledger, new MessageReader(settings, time, _log, ports.Problems), time);
        _graph = new GraphRunner(settings, ports, time, _right, _ledger, _inlet);
        _graphBackoff = new Backoff(settings.MinBackoff, settings.MaxBackoff, ports.Random);
        _heartbeats = new HeartbeatPolicy(_node, settings.HeartbeatInterval * 4, Now);
    }

    private enum Due
    {
        Beat,
        Forget,
        StartGraph,
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _time.Elapsed();

    // The node's name is unique in the cluster; by default it is its host:port.
    public static Props Props(BridgeSettings settings, BridgePorts ports, TimeProvider time, string? node = null) =>
        Akka.Actor.Props.Create(() => new BridgeActor(settings, ports, time, node));

    /// <summary>A failed child restarts. A failed LeaseActor gives up the lease, and each tick repeats the facts that it needs.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Restart);

    protected override void PreStart()
    {
        BridgeMetrics.HoldsEpoch(0);
        Context.System.EventStream.Subscribe<SubscriptionsLost>(Self);
        Subscribe();
        _lease = Context.ActorOf(LeaseActor.Props(_settings.Lease, _ports.Lease, _ports.MayPublish, _right, _time, new LeaseLog(_ports.Log)), "lease");
        _sync = Context.ActorOf(Akka.Actor.Props.Create(() => new StoreSyncActor(_ports.Latest, _ledger, _right, _inlet, _settings, _time, _log)), "sync");
        Timers.StartPeriodicTimer(Due.Beat, Due.Beat, _settings.HeartbeatInterval);
        Timers.StartPeriodicTimer(Due.Forget, Due.Forget, ForgetEvery);
        Timers.StartPeriodicTimer("subscribe", SubscriptionsLost.Instance, SubscribeEvery);
        StartGraph();
        Context.ActorOf(Akka.Actor.Props.Create(() => new ListenerActor(_ports.Feed, _inlet, _settings, _log, _ports.Random)), "listener");
    }

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        _right.Withdraw();
        _graph.Stop();
        BridgeMetrics.NoBridge();
        _ports.Status.IsActive = _ports.Status.IsListening = false;
    }

    protected override void OnReceive(object message) => StandingBy(message);

    private void StandingBy(object message)
    {
        switch (message)
        {
            case RightGranted granted: Begin(granted.Epoch); break;
            case RoomEvent published: Hear(published.Update); break;
            default: InEitherState(message); break;
        }
    }

    private UntypedReceive Publishing(long epoch) => message =>
    {
        switch (message)
        {
            case RightGranted granted when granted.Epoch == epoch: _graph.RightChanged(); break;
            case RightGranted granted: Begin(granted.Epoch); break;
            case RoomEvent published when published.Update.Position.Epoch == epoch: break;
            case RoomEvent published: Hear(published.Update); break;
            default: InEitherState(message); break;
        }
    };

    private void InEitherState(object message)
    {
        switch (message)
        {
            case LinkUp: OnLink(true); break;
            case LinkDown: OnLink(false); break;
            case WriteFailed failed: OnWriteFailed(failed); break;
            case WriteRefused: _lease.Tell(new RefusedByStore()); break;
            case GraphEnded ended: OnGraphEnded(ended.Failure); break;
            case RightEnded ended: StandBy(ended); break;
            case LeaseReleased released: PublishHeartbeat(_heartbeats.Last(released.Epoch)); break;
            case StoreState store: _heartbeats.StoreReachable = store.IsReachable; SendHeartbeat(); break;
            case GoesOnUnrenewed lease: _heartbeats.IsUnrenewed = lease.Unrenewed; SendHeartbeat(); break;
            case BridgeHeartbeat heartbeat: OnHeartbeat(heartbeat); break;
            case HandOver: _lease.Forward(message); break;
            case Due.Beat: OnBeat(); break;
            case Due.Forget: _ledger.Forget(Now); break;
            case Due.StartGraph: StartGraph(); break;
            case SubscriptionsLost: Subscribe(); break;
            case SubscribeAck: break;
            default: Unhandled(message); break;
        }
    }

    private static string HostPort(Address address) => $"{address.Host}:{address.Port}";

    private void Subscribe()
    {
        _mediator.Tell(new Subscribe(TopicName.Heartbeat, Self));
        _mediator.Tell(new Subscribe(TopicName.For(Room.General), Self));
    }

    private void Begin(long epoch)
    {
        // By now the ledger has every update that was in the mailbox before this message.
        _right.Begin(epoch);
        Become(Publishing(epoch));
        _highestEpoch = Math.Max(_highestEpoch, epoch);
        _log.Active(epoch, _node);
        BridgeMetrics.HoldsEpoch(epoch);
        _ports.Status.IsActive = true;
        SendHeartbeat();
        _sync.Tell(new SyncNow());
        _graph.RightChanged();
    }

    private void StandBy(RightEnded ended)
    {
        Become(StandingBy);
        _log.Standby(ended.Epoch, ended.Reason);
        BridgeMetrics.HoldsEpoch(0);
        _ports.Status.IsActive = false;
        PublishHeartbeat(_heartbeats.Last(ended.Epoch));
    }

    private void Hear(MarketUpdate update)
    {
        _ledger.Heard(PublishedValue.Of(update), Now);
        OnEpoch(update.Position.Epoch);
    }

    private void OnHeartbeat(BridgeHeartbeat heartbeat)
    {
        if (heartbeat.Node == _node) return;
        _heartbeats.Heard(heartbeat, Now);
        if (heartbeat.Epoch != 0) _ledger.SignOfLife(Now);
        OnEpoch(heartbeat.Epoch);
        if (heartbeat.IsLast) _lease.Tell(new LeaseFreed(heartbeat.Epoch));
    }

    private void OnEpoch(long epoch)
    {
        if (epoch <= _highestEpoch) return;
        _highestEpoch = epoch;
        _lease.Tell(new EpochSeen(epoch));
    }

    private void OnBeat()
    {
        // Repeated on every tick, so that a restarted LeaseActor knows these facts.
        _lease.Tell(new LinkState(_heartbeats.LinkUp));
        _lease.Tell(new EpochSeen(_highestEpoch));
        SendHeartbeat();
    }

    private void SendHeartbeat() => PublishHeartbeat(_heartbeats.Due(_right.Current, Now));

    private void PublishHeartbeat(BridgeHeartbeat? heartbeat)
    {
        if (heartbeat is not null) _mediator.Tell(new Publish(TopicName.Heartbeat, heartbeat));
    }

    private void OnLink(bool up)
    {
        if (up == _heartbeats.LinkUp) return;
        _heartbeats.LinkUp = up;
        BridgeMetrics.LinkIsUp(up);
        _ports.Status.IsListening = up;
        _lease.Tell(new LinkState(up));
        SendHeartbeat();
        if (!up) BridgeMetrics.LinksLost.Add(1);
        else
        {
            _graphBackoff.Reset();
            _sync.Tell(new SyncNow());
        }
    }

    private void OnWriteFailed(WriteFailed failed)
    {
        _log.WriteFailed(failed.Reason);
        _sync.Tell(new SyncLater());
    }

    private void StartGraph() => _graph.Start(Self, _materializer, new TopicPublisher(Context.System, _mediator, _node, _log));

    private void OnGraphEnded(Exception? failure)
    {
        _graph.Stop();
        var backoff = _graphBackoff.Next();
        BridgeMetrics.Restarts.Add(1);
        _log.GraphEnded(failure, backoff);
        Timers.StartSingleTimer(Due.StartGraph, Due.StartGraph, backoff);
    }
}

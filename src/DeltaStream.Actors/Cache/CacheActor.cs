using Akka.Actor;
using Akka.Event;
using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Cache;

/// <summary>
/// The newest values on this node. It hears <c>general</c> always and the topic of every room in use here, so that it has
/// seen whatever a client here was sent; what the topics did not bring it reads from the store and offers to the clients.
/// </summary>
public sealed partial class CacheActor : UntypedActor, IWithTimers
{
    private const int SweepTicks = 4;

    private readonly CacheSettings _settings;
    private readonly IActorRef _mediator;
    private readonly ILatestStore _store;
    private readonly NodeStatus _status;
    private readonly CacheLog _log;
    private readonly TimeProvider _time;
    private readonly LastValueCache _values;
    private readonly Dictionary<string, RoomUse> _rooms = [];
    private readonly RoomUse _general = new(Room.General);
    private long _tick;
    private long _serial;
    private FeedState _feed;

    /// <summary>Makes the actor.</summary>
    /// <param name="settings">How to keep and read.</param>
    /// <param name="mediator">The node's pub-sub mediator.</param>
    /// <param name="store">The newest values outside the process.</param>
    /// <param name="status">Is told how many rooms are in use.</param>
    /// <param name="log">The log.</param>
    /// <param name="time">The wall clock.</param>
    public CacheActor(CacheSettings settings, IActorRef mediator, ILatestStore store, NodeStatus status, CacheLog log, TimeProvider time)
    {
        _settings = settings;
        _mediator = mediator;
        _store = store;
        _status = status;
        _log = log;
        _time = time;
        _values = new(time, settings.TimeToLive);
        // Clients drop what they take for counted already: one that starts anew must not begin below its former self.
        _serial = time.GetUtcNow().Ticks;
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _rooms.Add(TopicName.For(Room.General), _general);
        _status.Rooms = _rooms.Count;
        Context.System.EventStream.Subscribe<FeedStatusChanged>(Self);
        _feed = _status.Feed.State;
        Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, _settings.GossipInterval);
        Subscribe(_general);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        foreach (var room in _rooms.Values) _mediator.Tell(new Unsubscribe(TopicName.For(room.Room), Self), Self);
        _status.Rooms = 0;
    }

    /// <inheritdoc/>
    protected override void PostRestart(Exception reason)
    {
        base.PostRestart(reason);
        // Whoever waited for an answer, and whoever used a room, has to come again.
        Context.System.EventStream.Publish(SubscriptionsLost.Instance);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RoomEvent { Room: var room, Update: var update }:
                OnRoomEvent(room, update);
                break;
            case UseRoom use:
                OnUseRoom(use);
                break;
            case GetSnapshot request:
                OnGetSnapshot(request);
                break;
            case LeaveRoom leave:
                OnLeaveRoom(leave.Room);
                break;
            case OfferAgain again:
                OnOfferAgain(again);
                break;
            case GetProducts request:
                Sender.Tell(new ProductList(_values.Products(), request.AckId), Self);
                break;
            case SubscribeAck ack:
                OnSubscribed(ack.Subscribe);
                break;
            case UnsubscribeAck:
                break;
            case ReadNow:
                _isReadDue = false;
                Read();
                break;
            case ValuesRead read when _reads.IsUnderWay(read.Keys):
                OnValuesRead(read.Values);
                break;
            case IndexRead read:
                OnIndexRead(read.Entries);
                break;
            case StoreFailed failed when failed.Keys is null || _reads.IsUnderWay(failed.Keys):
                OnStoreFailed(failed);
                break;
            case ValuesRead or StoreFailed:
                // Asked for before this actor was restarted.
                break;
            case FeedStatusChanged changed:
                OnFeedStatus(changed.Status.State);
                break;
            case Tick:
                OnTick();
                break;
            case ActorIdentity identity:
                OnCanary(identity.Subject);
                break;
            case CanaryLost:
                OnSubscriptionsLost();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnRoomEvent(Room room, MarketUpdate update)
    {
        if (!_rooms.TryGetValue(TopicName.For(room), out var use)) return;
        var isInOrder = use.Hear(update, _tick);
        if (_values.Offer(update) && !update.IsRepeat)
        {
            // Clients drop what is out of order; what is the newest of its key all the same is a superseded bridge's last word.
            if (!isInOrder) OfferTo(use, update);
            OfferToSettling(use, update);
        }

        if (use.Parked.Count > 0 || use.ParkedOffers.Count > 0) Unpark(use);
    }

    /// <summary>A room that is not known everywhere yet gets what its twin's topic brings.</summary>
    private void OfferToSettling(RoomUse heardOn, MarketUpdate update)
    {
        if (update.Event == MarketEvent.ChainSummary) return;
        var twin = heardOn.Room.Kind switch
        {
            RoomKind.General => Room.Product(update.Key.Product),
            RoomKind.Chain => Room.Chain(update.Key.Product, update.Key.Expiry!),
            RoomKind.ChainExpiry => Room.Chain(update.Key.Product),
            _ => null,
        };
        if (twin is not null && _rooms.TryGetValue(TopicName.For(twin), out var use) && use.IsSettling) OfferTo(use, update);
    }

    private void OfferTo(RoomUse use, MarketUpdate update)
    {
        use.Offer(update, _tick);
        var offer = new OfferedValue(use.Room, update, use.Seen, ++_serial);
        if (use.Room.Kind == RoomKind.General)
        {
            Context.System.EventStream.Publish(offer);
            return;
        }

        foreach (var user in use.Served) user.Tell(offer, Self);
    }

    private void OnTick()
    {
        _tick++;
        if (_tick % SweepTicks == 0) Sweep();
        GiveUpUnusedRooms();
        UnparkOverdue();
        Look();
        ScheduleRead();
        if (_canary is null) FindCanary();
    }

    private void Sweep()
    {
        _values.Sweep();
        foreach (var room in _rooms.Values) room.ForgetOffers(_tick);
    }

    private sealed record Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }
}

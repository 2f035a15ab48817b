using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Cache;

/// <summary>
/// The actor around <see cref="RoomBook{TUser}"/>: passes messages of clients, store and feed to it and carries out its
/// decisions. The actor answers snapshot requests, sends clients the updates that their topics have missed, and keeps the node
/// subscribed to <c>general</c> even without clients.
/// </summary>
public sealed class CacheActor : UntypedActor, IWithTimers
{
    private readonly CacheSettings _settings;
    private readonly IActorRef _mediator;
    private readonly ILatestStore _store;
    private readonly NodeStatus _status;
    private readonly CacheLog _log;
    private readonly TimeProvider _time;
    private readonly RoomBook<IActorRef> _book;
    private Subscribe _general;
    private IActorRef? _generalTopic;
    private FeedState _feed;

    /// <param name="settings">Times and limits.</param>
    /// <param name="mediator">The node's pub-sub mediator.</param>
    /// <param name="store">The newest values outside the process.</param>
    /// <param name="status">Receives the number of rooms in use.</param>
    /// <param name="log">The log.</param>
    /// <param name="time">Redis's time.</param>
    public CacheActor(CacheSettings settings, IActorRef mediator, ILatestStore store, NodeStatus status, CacheLog log, TimeProvider time)
    {
        (_settings, _mediator, _store, _status, _log, _time) = (settings, mediator, store, status, log, time);
        _book = new(settings, NodeOrder.For(Context.System), time);
        _general = new(TopicName.For(Room.General), Self);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _status.Rooms = _book.Count;
        Context.System.EventStream.Subscribe<FeedStatusChanged>(Self);
        _feed = _status.Feed.State;
        Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, _settings.GossipInterval);
        _mediator.Tell(_general, Self);
    }

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        _mediator.Tell(new Unsubscribe(TopicName.For(Room.General), Self), Self);
        _status.Rooms = 0;
    }

    protected override void PostRestart(Exception reason)
    {
        base.PostRestart(reason);
        // The new book has no users: each client must announce its rooms again.
        Context.System.EventStream.Publish(SubscriptionsLost.Instance);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RoomEvent:
                // The node's order already received the update where it was decoded or published.
                return;
            case UseRoom use:
                _book.Use(Sender, use.Room, use.JoinId);
                break;
            case LeaveRoom leave:
                _book.Leave(Sender, leave.Room);
                break;
            case GetSnapshot request:
                _book.GetSnapshot(Sender, request.Room, request.JoinId);
                break;
            case GetProducts request:
                Sender.Tell(new ProductList(_book.Products(), request.AckId), Self);
                break;
            case GetExpiries request:
                Sender.Tell(new ExpiryList(request.Symbol, _book.Expiries(request.Symbol), request.AckId), Self);
                break;
            case SubscribeAck { Subscribe: var subscribe } when ReferenceEquals(subscribe, _general):
                _book.HearGeneral();
                FindGeneralTopic();
                break;
            case SubscribeAck or UnsubscribeAck:
                break;
            case IndexRead index:
                _book.OnIndex(index.Read, index.Entries);
                break;
            case ValuesRead values:
                _book.OnValues(values.Read, values.Values);
                break;
            case StoreFailed failed:
                _log.StoreFailed(_time, failed.Error);
                _book.OnFailed(failed.Read);
                break;
            case FeedStatusChanged { Status.State: var state }:
                if (state == FeedState.Live && _feed != FeedState.Live) _book.EndGap();
                _feed = state;
                break;
            case Tick:
                _book.Tick(_status.Feed.BridgeEpoch);
                if (_generalTopic is null) FindGeneralTopic();
                break;
            case ActorIdentity { Subject: { } topic }:
                WatchGeneralTopic(topic);
                break;
            case ActorIdentity:
                break;
            case GeneralTopicLost:
                OnSubscriptionsLost();
                break;
            default:
                Unhandled(message);
                return;
        }

        CarryOutDecisions();
    }

    private void CarryOutDecisions()
    {
        foreach (var (to, answer) in _book.TakeAnswers())
        {
            if (to is not null) to.Tell(answer, Self);
            else Context.System.EventStream.Publish(answer);
        }

        while (_book.TakeRead() is { } read) ReadAsync(_store, read, _settings.ReadTimeout, _time).PipeTo(Self);
        _status.Rooms = _book.Count;
    }

    /// <summary>
    /// A restarted mediator silently drops every subscription of the node. The actor of the topic <c>general</c> stops with it,
    /// so its termination is the sign of such a restart.
    /// </summary>
    private void FindGeneralTopic() =>
        Context.ActorSelection(_mediator.Path / TopicName.For(Room.General)).Tell(new Identify(null), Self);

    private void WatchGeneralTopic(IActorRef topic)
    {
        if (_generalTopic is not null) return;
        _generalTopic = topic;
        Context.WatchWith(topic, GeneralTopicLost.Instance);
    }

    private void OnSubscriptionsLost()
    {
        _generalTopic = null;
        _log.SubscriptionsLost();
        _book.Reopen();
        _mediator.Tell(_general = new(TopicName.For(Room.General), Self), Self);
        Context.System.EventStream.Publish(SubscriptionsLost.Instance);
    }

    private static async Task<object> ReadAsync(ILatestStore store, StoreRead read, TimeSpan timeout, TimeProvider time)
    {
        try
        {
            using var cancellation = new CancellationTokenSource(timeout, time);
            return read.Keys is null
                ? new IndexRead(read, await store.ReadIndexAsync(cancellation.Token).ConfigureAwait(false))
                : new ValuesRead(read, await store.ReadAsync(read.Keys, cancellation.Token).ConfigureAwait(false));
        }
        catch (Exception error)
        {
            // Any failure is logged and retried. Without an answer the actor would wait for ever.
            return new StoreFailed(read, error.Message);
        }
    }

    private sealed record IndexRead(StoreRead Read, IReadOnlyList<LatestEntry> Entries) : INoSerializationVerificationNeeded;

    private sealed record ValuesRead(StoreRead Read, IReadOnlyList<MarketUpdate> Values) : INoSerializationVerificationNeeded;

    private sealed record StoreFailed(StoreRead Read, string Error) : INoSerializationVerificationNeeded;

    private sealed record Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }

    private sealed record GeneralTopicLost : INoSerializationVerificationNeeded
    {
        public static readonly GeneralTopicLost Instance = new();
    }
}

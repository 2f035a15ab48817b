using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Cache;

/// <summary>Rooms coming into use and going out of it, and their snapshots.</summary>
public sealed partial class CacheActor
{
    private const int GivenUpKept = 4096;

    private readonly Queue<RoomUse> _unsubscribed = [];
    private readonly HashSet<RoomUse> _lingering = [];
    private readonly HashSet<RoomUse> _parking = [];
    // A client that comes back to a wide room asks for what it had there; what was given up since is behind that, not before it.
    private readonly Recent<string, Position> _givenUp = new(GivenUpKept);
    private int _subscribing;
    private IActorRef? _canary;

    private void OnUseRoom(UseRoom use)
    {
        var topic = TopicName.For(use.Room);
        if (!_rooms.TryGetValue(topic, out var room))
        {
            if (_rooms.Count >= _settings.MaxRooms)
            {
                Sender.Tell(new RoomRefused(use.Room, use.Token), Self);
                return;
            }

            _givenUp.TryGet(topic, out var seen);
            _rooms.Add(topic, room = new(use.Room, seen));
            _status.Rooms = _rooms.Count;
            _unsubscribed.Enqueue(room);
            SubscribeNext();
        }

        _lingering.Remove(room);
        room.Enter(Sender, isServed: use.Token == UseRoom.Rejoined);
        if (room.IsHeard) Sender.Tell(new RoomReady(use.Room, use.Token), Self);
        else room.Waiting.Add((Sender, use.Token));
    }

    private void OnLeaveRoom(Room left)
    {
        if (!_rooms.TryGetValue(TopicName.For(left), out var room) || !room.Leave(Sender)) return;
        var sender = Sender;
        room.Waiting.RemoveAll(it => it.Asker.Equals(sender));
        room.Parked.RemoveAll(it => it.Asker.Equals(sender));
        if (room.IsInUse) return;
        room.LingersUntil = _tick + Ticks(_settings.Linger);
        _lingering.Add(room);
    }

    private void GiveUpUnusedRooms()
    {
        foreach (var room in _lingering)
        {
            if (_tick < room.LingersUntil) continue;
            _lingering.Remove(room);
            _rooms.Remove(TopicName.For(room.Room));
            if (room.Room.Kind == RoomKind.Chain) _givenUp.Set(TopicName.For(room.Room), room.Seen);
            // One whose turn to subscribe has not come is skipped when it comes.
            if (room.Subscription is not null) _mediator.Tell(new Unsubscribe(TopicName.For(room.Room), Self), Self);
            foreach (var key in KeysOf(room.Room))
            {
                if (key.Kind == MarketKind.Chain && !IsChainInUse(key)) _values.Forget(MarketEvent.ChainUpdate, key);
            }
        }

        _status.Rooms = _rooms.Count;
    }

    /// <summary>New topics one window at a time: whatever is published meanwhile need not wait for all of them.</summary>
    private void SubscribeNext()
    {
        while (_subscribing < _settings.SubscribeWindow && _unsubscribed.TryDequeue(out var room))
        {
            if (!_rooms.TryGetValue(TopicName.For(room.Room), out var current) || current != room) continue;
            _subscribing++;
            Subscribe(room);
        }
    }

    private void Subscribe(RoomUse room)
    {
        room.Subscription = new Subscribe(TopicName.For(room.Room), Self);
        _mediator.Tell(room.Subscription, Self);
    }

    private void OnSubscribed(Subscribe subscribe)
    {
        if (_rooms.TryGetValue(subscribe.Topic, out var general) && general == _general)
        {
            if (!ReferenceEquals(subscribe, _general.Subscription) || _general.IsHeard) return;
            _general.IsHeard = true;
            _general.StartSettling(_tick);
            _heardSince = Now();
            StartLook();
            FindCanary();
            return;
        }

        if (_subscribing > 0) _subscribing--;
        SubscribeNext();
        if (!_rooms.TryGetValue(subscribe.Topic, out var room) || !ReferenceEquals(subscribe, room.Subscription) || room.IsHeard) return;
        room.IsHeard = true;
        room.StartSettling(_tick);
        FirstRead(room);
        foreach (var (asker, token) in room.Waiting) asker.Tell(new RoomReady(room.Room, token), Self);
        room.Waiting.Clear();
    }

    private void OnGetSnapshot(GetSnapshot request) =>
        TryAnswer(new(Sender, request, _tick + Ticks(_settings.SnapshotPatience)), isOverdue: false);

    /// <summary>Answers, or parks the request with the room that it waits for.</summary>
    private void TryAnswer(ParkedSnapshot parked, bool isOverdue)
    {
        var request = parked.Request;
        _rooms.TryGetValue(TopicName.For(request.Room), out var room);
        var wide = WideOf(request.Room);
        var lags = room is not null && room.Seen < request.AtLeast;
        var wideLags = wide is not null && wide.Seen < request.WideAtLeast;
        var awaitsLook = request.IsLast && room is not null && (room is { IsSettling: true, HasHeardLive: true } || !_reads.IsDone(room.LookTicket));
        if (room is not null && !isOverdue && (lags || wideLags || awaitsLook || !_reads.IsDone(room.ReadTicket)))
        {
            var waitsFor = lags || !wideLags ? room : wide!;
            waitsFor.Parked.Add(parked);
            _parking.Add(waitsFor);
            return;
        }

        room?.Serve(parked.Asker);
        var values = request.WithValues ? _values.SnapshotOf(request.Room) : [];
        parked.Asker.Tell(
            new Snapshot(request.Room, request.Token, values, !lags && !wideLags, room?.Seen ?? Position.None, _serial), Self);
    }

    private void Unpark(RoomUse room, bool isOverdue = false)
    {
        if (room.Parked.Count > 0)
        {
            var parked = room.Parked.ToArray();
            room.Parked.Clear();
            foreach (var snapshot in parked) TryAnswer(snapshot, isOverdue && _tick >= snapshot.Deadline);
        }

        if (room.ParkedOffers.Count > 0)
        {
            var offers = room.ParkedOffers.ToArray();
            room.ParkedOffers.Clear();
            foreach (var (asker, offer) in offers) OfferAgainTo(asker, offer, room);
        }

        if (room.Parked.Count == 0) _parking.Remove(room);
    }

    private void UnparkOverdue()
    {
        if (_parking.Count == 0) return;
        foreach (var room in _parking.ToArray()) Unpark(room, isOverdue: true);
    }

    private void OnOfferAgain(OfferAgain again)
    {
        if (_rooms.TryGetValue(TopicName.For(again.Room), out var room)) OfferAgainTo(Sender, again, room);
    }

    private void OfferAgainTo(IActorRef asker, OfferAgain again, RoomUse room)
    {
        // What the topic has brought by now has reached the asker too.
        if (!room.IsOffered(again.Update)) return;
        if (room.Seen < again.AtLeast) room.ParkedOffers.Add((asker, again));
        else asker.Tell(new OfferedValue(again.Room, again.Update, room.Seen, ++_serial), Self);
    }

    private IEnumerable<ConflationKey> KeysOf(Room room) => room.SingleKey is { } only
        ? [only]
        : room.Kind == RoomKind.Chain ? _values.Chains(room.Symbol!) : [];

    private bool IsChainInUse(ConflationKey key) =>
        _rooms.ContainsKey(TopicName.For(Room.Chain(key.Product))) || _rooms.ContainsKey(TopicName.For(Room.Chain(key.Product, key.Expiry!)));

    private RoomUse? WideOf(Room room) => room.Kind switch
    {
        RoomKind.Product => _general,
        RoomKind.ChainExpiry => _rooms.GetValueOrDefault(TopicName.For(Room.Chain(room.Symbol!))),
        _ => null,
    };

    private long Ticks(TimeSpan time) => Math.Max(1, (long)Math.Ceiling(time / _settings.GossipInterval));

    /// <summary>
    /// A mediator that restarts drops every subscription of the node without a word. The topic of <c>general</c> goes with
    /// it, so its end is taken as that sign.
    /// </summary>
    private void FindCanary() =>
        Context.ActorSelection(_mediator.Path / TopicName.For(Room.General)).Tell(new Identify(null), Self);

    private void OnCanary(IActorRef? topic)
    {
        if (topic is null || _canary is not null) return;
        _canary = topic;
        Context.WatchWith(topic, CanaryLost.Instance);
    }

    private void OnSubscriptionsLost()
    {
        _canary = null;
        _log.SubscriptionsLost();
        _subscribing = 0;
        _unsubscribed.Clear();
        foreach (var room in _rooms.Values)
        {
            room.IsHeard = false;
            if (room == _general) Subscribe(room);
            else _unsubscribed.Enqueue(room);
        }

        SubscribeNext();
        Context.System.EventStream.Publish(SubscriptionsLost.Instance);
    }

    private sealed record CanaryLost : INoSerializationVerificationNeeded
    {
        public static readonly CanaryLost Instance = new();
    }
}

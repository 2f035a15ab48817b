using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// Joining and leaving. A join goes: the cache hears the topic, then this client does, then the snapshot is asked for; the
/// ledger keeps back what comes over the topic meanwhile, so that no update falls in between and none comes twice.
/// </summary>
public sealed partial class ClientActor
{
    // How often a client may ask for a room whose snapshot is awaited, before no more is read from it.
    private const int MostAskers = 64;

    private bool IsAskedTooOften => _joins is not null && _joins.Exists(static join => join.Askers.Count >= MostAskers);

    private void Join(Room room, ReadOnlyMemory<byte>? ackId)
    {
        if (!_identity.Rooms.Covers(room))
        {
            Refuse(RequestError.Unauthorized, ackId);
            return;
        }

        var joined = _ledger.Find(room);
        if (joined is null)
        {
            if (_ledger.Count >= _context.Settings.MaxSubscriptions)
            {
                Refuse(RequestError.TooManySubscriptions, ackId);
                return;
            }

            _ledger.Join(room);
            NoteRooms();
            Enter(StartJoin(room, ackId));
        }
        else if (FindJoin(room) is { } underWay)
        {
            underWay.Askers.Add(ackId);
            if (IsAskedTooOften) PauseReading();
        }
        else
        {
            AskForSnapshot(StartJoin(room, ackId));
        }
    }

    private void Leave(Room room, ReadOnlyMemory<byte>? ackId)
    {
        var underWay = FindJoin(room);
        if (underWay is not null)
        {
            // Answered in the order of asking; its snapshot is no longer wanted.
            _joins!.Remove(underWay);
            Welcome(underWay);
        }

        if (_ledger.Leave(room))
        {
            NoteRooms();
            // The mediator remembers for good the name of a topic that somebody left who was never there, and that nobody else had.
            if (underWay is not { AwaitsRoom: true }) _context.Mediator.Tell(new Unsubscribe(TopicName.For(room), Self), Self);
            if (room.Kind != RoomKind.General) _context.Cache.Tell(new LeaveRoom(room), Self);
            _context.Metrics.Dropped(_outbox.Purge(_ledger.Covers), "unsubscribed");
            _context.Log.Unsubscribed(_sessionId, room.Name);
        }

        Answer(ServerEvents.Unsubscribed, ServerEvents.UnsubscribedData(room));
        Acknowledge(ackId, null, room);
    }

    /// <summary>The cache always hears <c>general</c>; of any other room it has to be told first.</summary>
    private void Enter(PendingJoin join)
    {
        if (join.Room.Kind == RoomKind.General)
        {
            join.Subscription = SubscribeTo(join.Room);
            return;
        }

        join.AwaitsRoom = true;
        _context.Cache.Tell(new UseRoom(join.Room, join.Token), Self);
    }

    private Subscribe SubscribeTo(Room room)
    {
        var subscribe = new Subscribe(TopicName.For(room), Self);
        _context.Mediator.Tell(subscribe, Self);
        return subscribe;
    }

    private void OnSubscribed(Subscribe subscribe)
    {
        // Compared by reference: the acknowledgement of an earlier subscription to the same topic must not count for this one.
        if (ReferenceEquals(subscribe, _opening)) _opening = null;
        var join = _joins?.Find(it => ReferenceEquals(it.Subscription, subscribe));
        if (join is not null) AskForSnapshot(join);
    }

    private void AskForSnapshot(PendingJoin join)
    {
        if (_ledger.Find(join.Room) is not { } joined) return;
        var (atLeast, wideAtLeast) = _ledger.BeginSnapshot(joined);
        join.HasAskedForValues = join.IsRecovered || join.Askers.Count > 0;
        _context.Cache.Tell(new GetSnapshot(join.Room, join.Token, atLeast, wideAtLeast, join.HasAskedForValues), Self);
    }

    private void OnCacheReply(ICacheReply reply)
    {
        switch (reply)
        {
            case OfferedValue offered:
                OnOffered(offered);
                break;
            case SubscriptionsLost:
                Rejoin();
                break;
            case RoomReady ready when FindJoin(ready.Token) is { } join:
                join.AwaitsRoom = false;
                join.Subscription = SubscribeTo(ready.Room);
                break;
            case Snapshot { Token: var token } when token == _lastWordToken:
                OnLastWord();
                break;
            case Snapshot snapshot when FindJoin(snapshot.Token) is { } join:
                OnSnapshot(join, snapshot);
                break;
            case RoomRefused refused when FindJoin(refused.Token) is { } join:
                _joins!.Remove(join);
                _ledger.Leave(refused.Room);
                NoteRooms();
                foreach (var ackId in join.Askers) Refuse(RequestError.TooManySubscriptions, ackId);
                if (!join.IsRecovered) break;
                // It has not asked: it was told that it is in the room when it came back.
                if (join.Askers.Count == 0) Refuse(RequestError.TooManySubscriptions, null);
                Answer(ServerEvents.Unsubscribed, ServerEvents.UnsubscribedData(refused.Room));
                break;
            case ProductList list:
                _productsAsked--;
                Answer(ServerEvents.Products, ServerEvents.ProductsData(list.Products));
                Acknowledge(list.AckId, null, null);
                break;
        }
    }

    private void OnSnapshot(PendingJoin join, Snapshot snapshot)
    {
        if (join.Askers.Count > 0 && !join.HasAskedForValues)
        {
            // Who subscribes to `general` while its first, silent join is under way wants the snapshot all the same.
            AskForSnapshot(join);
            return;
        }

        _joins!.Remove(join);
        if (_joins.Count == 0) _joins = null;
        if (_ledger.Find(join.Room) is not { } joined) return;
        // Answers overtake updates: what came over another room before this one was joined must not follow the answer, or the
        // snapshot would bring it a second time.
        Flush();
        Welcome(join);
        var due = new List<MarketUpdate>(snapshot.Values.Count);
        _ledger.Complete(joined, snapshot.Values, snapshot.IsComplete, snapshot.Seen, snapshot.Serial, due);
        foreach (var update in due) Enqueue(update);
    }

    /// <summary>Enters every room again; the ledger knows what was delivered, and the cache offers what was missed.</summary>
    private void Rejoin()
    {
        _lastWordToken = NoLastWord;
        foreach (var joined in _ledger.Rooms)
        {
            if (FindJoin(joined.Room) is { } join)
            {
                Enter(join);
                if (_opening is not null && joined.Room.Kind == RoomKind.General) _opening = join.Subscription;
                continue;
            }

            SubscribeTo(joined.Room);
            if (joined.Room.Kind != RoomKind.General) _context.Cache.Tell(new UseRoom(joined.Room, UseRoom.Rejoined), Self);
        }
    }

    private void OnOffered(OfferedValue offered)
    {
        switch (_ledger.Offer(offered.Room, offered.Update, offered.Seen, offered.Serial))
        {
            case OfferResult.Deliver:
                Send(offered.Update);
                break;
            case OfferResult.AskAgain:
                _hasAskedAgain = true;
                _context.Cache.Tell(new OfferAgain(offered.Room, offered.Update, _ledger.Find(offered.Room)!.Position), Self);
                break;
        }
    }

    private void Welcome(PendingJoin join)
    {
        foreach (var ackId in join.Askers)
        {
            Answer(ServerEvents.Subscribed, ServerEvents.SubscribedData(join.Room));
            Acknowledge(ackId, null, join.Room);
        }

        if (join.Askers.Count > 0) _context.Log.Subscribed(_sessionId, join.Room.Name);
    }

    private PendingJoin StartJoin(Room room, ReadOnlyMemory<byte>? ackId)
    {
        var join = StartJoin(room);
        join.Askers.Add(ackId);
        return join;
    }

    private PendingJoin StartJoin(Room room)
    {
        var join = new PendingJoin(room, ++_lastToken);
        (_joins ??= []).Add(join);
        return join;
    }

    private PendingJoin? FindJoin(Room room) => _joins?.Find(it => it.Room.Equals(room));

    private PendingJoin? FindJoin(int token) => _joins?.Find(it => it.Token == token);

    /// <summary>A join, or a repeated one, whose snapshot is not in yet.</summary>
    private sealed class PendingJoin(Room room, int token)
    {
        public Room Room { get; } = room;

        public int Token { get; } = token;

        /// <summary>Whether the cache has yet to hear the topic: until then the client has not subscribed to it.</summary>
        public bool AwaitsRoom { get; set; }

        /// <summary>The subscription whose acknowledgement is awaited.</summary>
        public Subscribe? Subscription { get; set; }

        public bool HasAskedForValues { get; set; }

        /// <summary>The client was in the room before it lost its connection: it gets the snapshot without having asked.</summary>
        public bool IsRecovered { get; set; }

        /// <summary>Who asked, by the acknowledgement they want.</summary>
        public List<ReadOnlyMemory<byte>?> Askers { get; } = [];
    }
}

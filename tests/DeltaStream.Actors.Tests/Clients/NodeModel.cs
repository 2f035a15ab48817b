using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>
/// One client's ledger in a model of a node: publishers, topics, the cache and their mailboxes, each advancing one step when
/// told to, in any order that real ones could. Two publishers' events may overtake one another; a topic may be unknown to
/// the publisher; the store lags. What the client is sent is checked against its promises at every step.
/// </summary>
internal sealed class NodeModel
{
    public static readonly ConflationKey[] Keys =
        [ConflationKey.Underlying("A"), ConflationKey.Chain("A", "2026-11-26"), ConflationKey.Chain("A", "2026-12-31")];

    public static readonly Room[] Rooms =
        [Room.General, Room.Product("A"), Room.Chain("A"), Room.Chain("A", "2026-11-26"), Room.Chain("A", "2026-12-31")];

    private readonly DeliveryLedger _ledger = new();
    private readonly Dictionary<(long Epoch, Room Topic), Queue<MarketUpdate>> _inFlight = [];
    private readonly Dictionary<Room, TopicModel> _topics = Rooms.ToDictionary(room => room, room => new TopicModel(room));
    private readonly Queue<Action> _clientMailbox = [];
    private readonly Queue<Action> _supervisorMailbox = [];
    private readonly Queue<Action> _cacheMailbox = [];
    private readonly Queue<MarketUpdate> _unwritten = [];
    private readonly Dictionary<(MarketEvent, ConflationKey), MarketUpdate> _store = [];
    private readonly Dictionary<(MarketEvent, ConflationKey), Position> _published = [];
    private readonly Dictionary<(MarketEvent, ConflationKey), Position> _sent = [];
    private readonly Dictionary<Room, int> _joining = [];
    private readonly CacheModel _cache;
    private long _epoch = 1;
    private long _sequence;
    private int _lastToken;

    public NodeModel()
    {
        _cache = new(this);
        _topics[Room.General].IsKnown = true;
        _topics[Room.General].Subscribe(toCache: true);
        _topics[Room.General].Subscribe(toCache: false);
        _ledger.Join(Room.General);
        _joining[Room.General] = ++_lastToken;
        AskForSnapshot(Room.General, _lastToken, withValues: false);
    }

    public int Delivered { get; private set; }

    /// <summary>Takes the step that the number chooses; nothing happens where there is nothing to do.</summary>
    public void Step(int choice)
    {
        var argument = choice / 16;
        switch (choice % 16)
        {
            case 0 or 1 or 2: Publish(Keys[argument % Keys.Length]); break;
            case 3 or 4 or 5: StepTopic(_topics[Rooms[argument % Rooms.Length]], argument / Rooms.Length % 2 == 0); break;
            case 6 or 7 or 8: Run(_clientMailbox); break;
            case 9 or 10: Run(_cacheMailbox); break;
            case 11: Run(_supervisorMailbox); break;
            case 12: Join(Rooms[argument % Rooms.Length]); break;
            case 13: Leave(Rooms[argument % Rooms.Length]); break;
            case 14: if (_unwritten.TryDequeue(out var written)) Write(written); break;
            default:
                if (argument % 4 == 0) (_epoch, _sequence) = (_epoch + 1, 0);
                else if (argument % 4 == 1) _cacheMailbox.Enqueue(_cache.Look);
                else _topics[Rooms[argument % Rooms.Length]].IsKnown = true;
                break;
        }
    }

    /// <summary>Lets everything come to rest; then the client has the newest of all its rooms hold.</summary>
    public void Finish()
    {
        foreach (var topic in _topics.Values) topic.IsKnown = true;
        Drain();
        _cacheMailbox.Enqueue(_cache.Look);
        Drain();
        foreach (var ((@event, key), position) in _published)
        {
            var room = _ledger.Rooms.FirstOrDefault(joined => Room.For(@event, key).Contains(joined.Room))?.Room;
            if (room is not null)
                Assert.True(_sent.GetValueOrDefault((@event, key)) == position, $"{room} lacks {key} {@event} at {position}, has {_sent.GetValueOrDefault((@event, key))}");
        }
    }

    private void Drain()
    {
        bool moved;
        do
        {
            moved = Run(_clientMailbox) | Run(_cacheMailbox) | Run(_supervisorMailbox);
            foreach (var topic in _topics.Values) moved |= StepTopic(topic, true);
            while (_unwritten.TryDequeue(out var written)) Write(written);
        }
        while (moved);
    }

    private void Publish(ConflationKey key)
    {
        var position = new Position(_epoch, ++_sequence);
        var update = Make(Actors.Cache.LastValueCache.EventOf(key), key, position);
        if (key.Kind == MarketKind.Chain) Put(Room.General, Make(MarketEvent.ChainSummary, key, position));
        foreach (var room in Room.For(update.Event, key)) Put(room, update);
        _unwritten.Enqueue(update);
    }

    private static MarketUpdate Make(MarketEvent @event, ConflationKey key, Position position) =>
        new(@event, key, position, default, (ulong)((position.Epoch * 1_000_000) + position.Sequence), 0);

    private void Put(Room room, MarketUpdate update)
    {
        _published[(update.Event, update.Key)] = update.Position;
        if (!_topics[room].IsKnown) return;
        if (!_inFlight.TryGetValue((update.Position.Epoch, room), out var queue)) _inFlight[(update.Position.Epoch, room)] = queue = [];
        queue.Enqueue(update);
    }

    private void Write(MarketUpdate update)
    {
        Store(update);
        if (update.Event == MarketEvent.ChainUpdate) Store(Make(MarketEvent.ChainSummary, update.Key, update.Position));
    }

    private void Store(MarketUpdate update)
    {
        if (!_store.TryGetValue((update.Event, update.Key), out var held) || update.Position > held.Position)
            _store[(update.Event, update.Key)] = update;
    }

    /// <summary>A topic finishes the event it is handing out, else takes its next message: from one of the publishers or a subscriber.</summary>
    private bool StepTopic(TopicModel topic, bool oldestFirst)
    {
        if (topic.Unfinished is { } second)
        {
            topic.Unfinished = null;
            second();
            return true;
        }

        if (topic.Mailbox.TryDequeue(out var request))
        {
            request();
            return true;
        }

        var queues = _inFlight.Where(it => it.Key.Topic == topic.Room && it.Value.Count > 0);
        var queue = (oldestFirst ? queues.OrderBy(it => it.Key.Epoch) : queues.OrderByDescending(it => it.Key.Epoch)).FirstOrDefault().Value;
        if (queue is null) return false;
        var update = queue.Dequeue();
        // The client may have the event, and act on it, before the cache has it in its mailbox.
        if (topic.HasClient) _clientMailbox.Enqueue(() => Receive(topic.Room, update));
        if (topic.HasCache) topic.Unfinished = () => _cacheMailbox.Enqueue(() => _cache.Receive(topic.Room, update));
        return true;
    }

    private void Receive(Room room, MarketUpdate update)
    {
        if (_ledger.Receive(room, update)) Send(update, isSnapshot: false);
    }

    private void Join(Room room)
    {
        if (_joining.ContainsKey(room)) return;
        var token = ++_lastToken;
        _joining[room] = token;
        if (_ledger.Find(room) is null)
        {
            _ledger.Join(room);
            if (room == Room.General) SubscribeClient(room, token);
            else _cacheMailbox.Enqueue(() => _cache.Use(room, () => _clientMailbox.Enqueue(() => SubscribeClient(room, token))));
        }
        else
        {
            AskForSnapshot(room, token);
        }
    }

    private void SubscribeClient(Room room, int token)
    {
        if (_joining.GetValueOrDefault(room) != token) return;
        _topics[room].Mailbox.Enqueue(() =>
        {
            _topics[room].Subscribe(toCache: false);
            _clientMailbox.Enqueue(() => AskForSnapshot(room, token));
        });
    }

    private void AskForSnapshot(Room room, int token, bool withValues = true)
    {
        if (_joining.GetValueOrDefault(room) != token) return;
        var (atLeast, wide) = _ledger.BeginSnapshot(_ledger.Find(room)!);
        _cacheMailbox.Enqueue(() => _cache.Snapshot(room, atLeast, wide, (values, seen, serial) => _clientMailbox.Enqueue(() =>
        {
            if (_joining.GetValueOrDefault(room) != token) return;
            _joining.Remove(room);
            var due = new List<MarketUpdate>();
            _ledger.Complete(_ledger.Find(room)!, withValues ? values : [], isComplete: true, seen, serial, due);
            foreach (var update in due) Send(update, isSnapshot: true);
        })));
    }

    private void Leave(Room room)
    {
        _joining.Remove(room);
        if (!_ledger.Leave(room)) return;
        _topics[room].Mailbox.Enqueue(() => _topics[room].HasClient = false);
        _cacheMailbox.Enqueue(() => _cache.Leave(room));
    }

    private void Offer(Room room, MarketUpdate update, Position seen, long serial)
    {
        var deliver = () =>
        {
            switch (_ledger.Offer(room, update, seen, serial))
            {
                case OfferResult.Deliver:
                    Send(update, isSnapshot: false);
                    break;
                case OfferResult.AskAgain:
                    var atLeast = _ledger.Find(room)!.Position;
                    _cacheMailbox.Enqueue(() => _cache.OfferAgain(room, update, atLeast));
                    break;
            }
        };
        // What concerns `general` goes by way of the supervisor.
        if (room == Room.General) _supervisorMailbox.Enqueue(() => _clientMailbox.Enqueue(deliver));
        else _clientMailbox.Enqueue(deliver);
    }

    private void Send(MarketUpdate update, bool isSnapshot)
    {
        Delivered++;
        var key = (update.Event, update.Key);
        var last = _sent.GetValueOrDefault(key);
        Assert.True(_ledger.Covers(update), $"{update.Key} {update.Event} is for none of the rooms");
        Assert.True(update.Position > last || (isSnapshot && update.Position == last), $"{update.Key} {update.Event} at {update.Position} after {last}");
        _sent[key] = update.Position;
    }

    private static bool Run(Queue<Action> mailbox)
    {
        if (!mailbox.TryDequeue(out var message)) return false;
        message();
        return true;
    }

    /// <summary>The topic of a room on the node.</summary>
    private sealed class TopicModel(Room room)
    {
        public Room Room { get; } = room;

        /// <summary>Whether the publishers know that the node listens.</summary>
        public bool IsKnown { get; set; }

        public bool HasCache { get; private set; }

        public bool HasClient { get; set; }

        public Queue<Action> Mailbox { get; } = [];

        public Action? Unfinished { get; set; }

        public void Subscribe(bool toCache)
        {
            if (toCache) HasCache = true;
            else HasClient = true;
        }
    }

    /// <summary>What the CacheActor does, for one client.</summary>
    private sealed class CacheModel(NodeModel node)
    {
        private readonly Dictionary<(MarketEvent, ConflationKey), MarketUpdate> _values = [];
        private readonly Dictionary<Room, Position> _seen = [];
        private readonly HashSet<Room> _heard = [Room.General];
        private readonly HashSet<Room> _served = [Room.General];
        private readonly List<Func<bool>> _parked = [];
        private readonly Dictionary<(Room, MarketEvent, ConflationKey), MarketUpdate> _offered = [];
        private long _serial;

        public void Use(Room room, Action ready)
        {
            if (_heard.Contains(room))
            {
                ready();
                return;
            }

            node._topics[room].Mailbox.Enqueue(() =>
            {
                node._topics[room].Subscribe(toCache: true);
                node._cacheMailbox.Enqueue(() =>
                {
                    _heard.Add(room);
                    foreach (var stored in node._store.Values.Where(it => Room.For(it.Event, it.Key).Contains(room))) TakeStored(stored);
                    ready();
                });
            });
        }

        public void Leave(Room room)
        {
            if (room != Room.General) _served.Remove(room);
        }

        public void Receive(Room room, MarketUpdate update)
        {
            var isInOrder = update.Position > _seen.GetValueOrDefault(room);
            if (isInOrder && _offered.TryGetValue((room, update.Event, update.Key), out var offered) && offered.Position <= update.Position)
                _offered.Remove((room, update.Event, update.Key));
            if (isInOrder) _seen[room] = update.Position;
            if (Take(update))
            {
                if (!isInOrder) OfferTo(room, update);
                foreach (var other in Room.For(update.Event, update.Key).Where(it => it != room && !_seen.ContainsKey(it))) OfferTo(other, update);
            }

            _parked.RemoveAll(attempt => attempt());
        }

        public void Snapshot(Room room, Position atLeast, Position wideAtLeast, Action<IReadOnlyList<MarketUpdate>, Position, long> answer)
        {
            var wide = room.Kind == RoomKind.Product ? Room.General : Room.Chain("A");
            bool TryAnswer()
            {
                if (_seen.GetValueOrDefault(room) < atLeast || _seen.GetValueOrDefault(wide) < wideAtLeast) return false;
                _served.Add(room);
                answer([.. _values.Values.Where(it => Room.For(it.Event, it.Key).Contains(room))], _seen.GetValueOrDefault(room), _serial);
                return true;
            }

            if (!TryAnswer()) _parked.Add(TryAnswer);
        }

        public void OfferAgain(Room room, MarketUpdate update, Position atLeast)
        {
            bool TryOffer()
            {
                if (_offered.GetValueOrDefault((room, update.Event, update.Key)) != update) return true;
                if (_seen.GetValueOrDefault(room) < atLeast) return false;
                node.Offer(room, update, _seen.GetValueOrDefault(room), ++_serial);
                return true;
            }

            if (!TryOffer()) _parked.Add(TryOffer);
        }

        public void Look()
        {
            foreach (var stored in node._store.Values) TakeStored(stored);
        }

        private void TakeStored(MarketUpdate stored)
        {
            if (!Take(stored)) return;
            foreach (var room in Room.For(stored.Event, stored.Key)) OfferTo(room, stored);
        }

        private bool Take(MarketUpdate update)
        {
            if (_values.TryGetValue((update.Event, update.Key), out var held) && update.Position <= held.Position) return false;
            _values[(update.Event, update.Key)] = update;
            return true;
        }

        private void OfferTo(Room room, MarketUpdate update)
        {
            _offered[(room, update.Event, update.Key)] = update;
            if (_served.Contains(room)) node.Offer(room, update, _seen.GetValueOrDefault(room), ++_serial);
        }
    }
}

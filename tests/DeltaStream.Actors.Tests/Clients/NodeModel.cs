using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>
/// One client's ledger in a model of a node: publishers, topics, the cache and their mailboxes, each advancing one step when
/// told to, in any order that real ones could. Two publishers' events may overtake one another; a topic may be unknown to
/// the publisher; the store lags. What the client is sent is checked against its promises at every step.
/// </summary>
internal sealed partial class NodeModel
{
    public static readonly ConflationKey[] Keys =
        [ConflationKey.Underlying("A"), ConflationKey.Chain("A", "2026-11-26"), ConflationKey.Chain("A", "2026-12-31")];

    public static readonly Room[] Rooms =
        [Room.General, Room.Product("A"), Room.Chain("A"), Room.Chain("A", "2026-11-26"), Room.Chain("A", "2026-12-31")];

    private readonly HashSet<int> _moved = [];
    private readonly Dictionary<(long Epoch, Room Topic), Queue<MarketUpdate>> _inFlight = [];
    private readonly Dictionary<Room, TopicModel> _topics = Rooms.ToDictionary(room => room, room => new TopicModel(room));
    private readonly Queue<Action> _clientMailbox = [];
    private readonly Queue<Action> _supervisorMailbox = [];
    private readonly Queue<Action> _cacheMailbox = [];
    private readonly Queue<MarketUpdate> _unwritten = [];
    private readonly Dictionary<(MarketEvent, ConflationKey), MarketUpdate> _store = [];
    private readonly Dictionary<(MarketEvent, ConflationKey), Position> _published = [];
    private readonly Dictionary<(MarketEvent, ConflationKey), Position> _sent = [];
    private readonly Dictionary<ConflationKey, (MarketUpdate Update, Position Before)> _lastSent = [];
    private readonly Dictionary<Room, int> _joining = [];
    private readonly CacheModel _cache;
    private DeliveryLedger _ledger = new();
    private long _epoch = 1;
    private long _sequence;
    private int _lastToken;
    private int _offersUnderWay;

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

    /// <summary>Whether no publisher's event overtakes those of the one before it.</summary>
    public bool IsInOrder { get; init; }

    public int Delivered { get; private set; }

    /// <summary>How many chains have stayed behind in moves.</summary>
    public int Owed { get; private set; }

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
            Enter(room, token);
        }
        else
        {
            AskForSnapshot(room, token);
        }
    }

    private void Enter(Room room, int token)
    {
        if (room == Room.General) SubscribeClient(room, token);
        else _cacheMailbox.Enqueue(() => _cache.Use(room, () => _clientMailbox.Enqueue(() => SubscribeClient(room, token))));
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
            // A snapshot answers a request, so it may repeat what the client has; the one after a move answers none.
            foreach (var update in due) Send(update, isSnapshot: !_moved.Contains(token));
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
        _offersUnderWay++;
        var deliver = () =>
        {
            _offersUnderWay--;
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
        if (update.Event != MarketEvent.ChainUpdate) return;

        // One that a snapshot repeats the client has had.
        if (update.Position > last) _lastSent[update.Key] = (update, last);
        else _lastSent.Remove(update.Key);
    }

    private static bool Run(Queue<Action> mailbox)
    {
        if (!mailbox.TryDequeue(out var message)) return false;
        message();
        return true;
    }
}

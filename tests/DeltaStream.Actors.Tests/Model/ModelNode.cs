using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Tests.Model;

/// <summary>
/// A node with its real order and its real room book. The links from publishers, the mediator, the topics and the mailboxes of cache,
/// supervisor and clients are models. Each takes one step when the schedule says so.
/// </summary>
internal sealed class ModelNode
{
    public const int Publishers = 6;

    private static readonly CacheSettings Settings = new();
    private readonly ModelWorld _world;
    private readonly Queue<(int Room, ModelItem Item, Position Position, int Content)>[] _links = Make(() => new Queue<(int, ModelItem, Position, int)>());
    private readonly Queue<RoomEvent>[] _decoded = Make(() => new Queue<RoomEvent>());
    private readonly bool[][] _isKnown = Make(() => new bool[ModelItem.Rooms.Length]);
    private readonly Position[,] _needed = new Position[ModelItem.Rooms.Length, ModelItem.All.Length];
    private readonly int[] _ticksSinceNew = new int[ModelItem.Rooms.Length];
    private readonly Queue<object> _toMediator = [];
    private readonly Queue<(ModelActor? To, object Message)> _fromMediator = [];
    private readonly Queue<(ModelActor? To, object Message)> _fromCache = [];
    private readonly Queue<(ModelActor? To, object Message)> _fromSupervisor = [];
    private readonly Queue<(ModelActor Sender, object Message)> _toCache = [];
    private readonly List<ModelStoreRead> _reads = [];
    private RoomBook<ModelActor> _book;
    private long _heartbeat;
    private int _ticksSinceQuiet;

    public ModelNode(ModelWorld world)
    {
        _world = world;
        Order = new(world.Time);
        _book = new(Settings, Order, world.Time);
        _book.HearGeneral();
        StartReads();
    }

    public NodeOrder Order { get; }

    public List<ModelActor> Actors { get; } = [];

    public ModelTopic[] Topics { get; } = [.. ModelItem.Rooms.Select(_ => new ModelTopic())];

    public bool[] IsCut { get; } = new bool[Publishers];

    public bool IsKnown(int publisher, int room) => _isKnown[publisher][room];

    public void Learn(int room, int? publisher = null)
    {
        // A topic is there from its first subscriber on.
        if (room != 0 && !Topics[room].HasSubscribers) return;
        for (var i = 0; i < Publishers; i++) _isKnown[i][room] |= publisher is null || i == publisher;
    }

    public void LearnGeneral() => Learn(0);

    public void Heartbeat(int epoch) => _heartbeat = epoch;

    // ---------- publishers and what lies between
    public void Send(int publisher, int room, ModelItem item, Position position, int content)
    {
        if (!IsKnown(publisher, room)) Need(room, item, position);
        else if (!IsCut[publisher]) _links[publisher].Enqueue((room, item, position, content));
    }

    public void Cut(int publisher, int argument)
    {
        IsCut[publisher] = true;
        var keep = argument % 3 == 0 ? _links[publisher].Count : argument / 3 % (_links[publisher].Count + 1);
        var kept = _links[publisher].Take(keep).ToList();
        _links[publisher].Clear();
        foreach (var message in kept) _links[publisher].Enqueue(message);
    }

    /// <summary>Some messages of the present publisher get lost, and the node notices that the feed had a gap.</summary>
    public void Lose(int publisher, int argument)
    {
        var all = _links[publisher].ToList();
        if (all.Count == 0) return;
        var (from, count) = (argument % all.Count, 1 + argument / 7 % 4);
        foreach (var lost in all.Skip(from).Take(count)) Need(lost.Room, lost.Item, lost.Position);
        all.RemoveRange(from, Math.Min(count, all.Count - from));
        _links[publisher].Clear();
        foreach (var message in all) _links[publisher].Enqueue(message);
        _world.Trace($"the node loses {count} messages");
        _book.EndGap();
        StartReads();
    }

    /// <summary>The mediator restarts: it forgets all subscriptions, and what waits in its topics.</summary>
    public void RestartMediator(int epoch)
    {
        if (HasEventsBefore(epoch)) return;
        _world.Trace("the mediator restarts");
        foreach (var topic in Topics) topic.Forget();
        _toMediator.Clear();
        _fromMediator.Clear();
        Array.Clear(_ticksSinceNew);
        _book.Reopen();
        _book.HearGeneral();
        StartReads();
        foreach (var actor in Actors) actor.Tell(SubscriptionsLost.Instance);
    }

    /// <summary>The CacheActor restarts: its room book is gone, the node's order is not.</summary>
    public void RestartCache(int epoch)
    {
        // A client knows how far along a topic it is of the last two publishers.
        if (HasEventsBefore(epoch - 1)) return;
        _world.Trace("the cache restarts");
        _toCache.Clear();
        _fromCache.Clear();
        _book = new(Settings, Order, _world.Time);
        _book.HearGeneral();
        StartReads();
        foreach (var actor in Actors) actor.Tell(SubscriptionsLost.Instance);
    }

    public bool Decode(int argument, bool isInOrder)
    {
        if (Choose(_links, argument, isInOrder) is not { } publisher) return false;
        var (room, item, position, content) = _links[publisher].Dequeue();
        var copy = item.Update(position, content, _world.ReceivedAt(item, content));
        if (!Order.Rooms.Contains(ModelItem.Rooms[room])) Need(room, item, position);
        var decoded = Order.Take(ModelItem.Rooms[room], copy);
        if (_world.IsTraced) _world.Trace($"decoded {item.Event} {item.Key} content {content} at {position} over {ModelItem.Rooms[room]}: {(decoded.ToSend is null ? "void" : $"serial {decoded.ToSend.Serial}")}");
        _decoded[publisher].Enqueue(decoded);
        return true;
    }

    public bool Enqueue(int argument, bool isInOrder)
    {
        if (Choose(_decoded, argument, isInOrder) is not { } publisher) return false;
        var decoded = _decoded[publisher].Dequeue();
        Topics[ModelItem.NumberOf(decoded.Room)].Tell(decoded);
        return true;
    }

    public bool StepTopics(int argument)
    {
        var busy = Topics.Where(topic => !topic.IsIdle).ToList();
        if (busy.Count == 0) return false;
        busy[argument % busy.Count].Step(this, argument / busy.Count);
        return true;
    }

    // ---------- mediator
    public void ToMediator(object request) => _toMediator.Enqueue(request);

    public void Acknowledge(ModelSubscribe subscribe) => _fromMediator.Enqueue((subscribe.Actor, subscribe));

    public bool StepMediator()
    {
        if (!_toMediator.TryDequeue(out var request)) return false;
        Topics[request is ModelSubscribe subscribe ? subscribe.Room : ((ModelUnsubscribe)request).Room].Tell(request);
        return true;
    }

    public bool StepAcknowledgements() => Pass(_fromMediator);

    public bool StepSupervisor() => Pass(_fromSupervisor);

    // ---------- the cache
    public void ToCache(ModelActor sender, object request) => _toCache.Enqueue((sender, request));

    public bool StepCache()
    {
        if (!_toCache.TryDequeue(out var envelope)) return false;
        switch (envelope.Message)
        {
            case UseRoom use: _book.Use(envelope.Sender, use.Room, use.JoinId); break;
            case LeaveRoom leave: _book.Leave(envelope.Sender, leave.Room); break;
            case GetSnapshot request: _book.GetSnapshot(envelope.Sender, request.Room, request.JoinId); break;
            case ModelStoreRead { Read.Keys: null } index: _book.OnIndex(index.Read, index.Entries); break;
            case ModelStoreRead values: _book.OnValues(values.Read, values.Values); break;
        }

        Answer();
        return true;
    }

    public bool StepCacheAnswers()
    {
        if (!_fromCache.TryDequeue(out var answer)) return false;
        if (answer.To is null) _fromSupervisor.Enqueue(answer);
        else answer.To.Tell(answer.Message);
        return true;
    }

    public void Tick()
    {
        // A room lingers for longer than anything is under way.
        if (_links.All(link => link.Count == 0) && _decoded.All(events => events.Count == 0) && Topics.All(topic => topic.IsIdle)) _ticksSinceQuiet = 0;
        else if (++_ticksSinceQuiet > 15) return;
        for (var room = 0; room < Topics.Length; room++)
            if (++_ticksSinceNew[room] >= 12) Learn(room);
        _book.Tick(_heartbeat);
        Answer();
    }

    /// <summary>A read that was asked for reaches the store.</summary>
    public bool ReadStore()
    {
        var read = _reads.FirstOrDefault();
        if (read is null || !_world.Store.Has(_needed, read.Read.Keys is null)) return false;
        _reads.Remove(read);
        read.Take(_world);
        _toCache.Enqueue((ModelActor.Nobody, read));
        return true;
    }

    private bool HasEventsBefore(int epoch) =>
        _links.Take(Math.Max(0, epoch)).Any(link => link.Count > 0) || _decoded.Take(Math.Max(0, epoch)).Any(events => events.Count > 0)
        || Topics.Any(topic => topic.HasEventsBefore(epoch));

    public void ForgetNeeds() => Array.Clear(_needed);

    private void Need(int room, ModelItem item, Position position)
    {
        if (position > _needed[room, item.Number]) _needed[room, item.Number] = position;
        if (_world.IsTraced) _world.Trace($"{item.Event} {item.Key} at {position} does not come over {ModelItem.Rooms[room]}");
    }

    private void Answer()
    {
        foreach (var answer in _book.TakeAnswers())
        {
            if (_world.IsTraced) _world.Trace($"the cache says {answer.Answer}");
            _fromCache.Enqueue(answer);
        }

        StartReads();
    }

    private void StartReads()
    {
        while (_book.TakeRead() is { } read) _reads.Add(new(read));
    }

    private bool Pass(Queue<(ModelActor? To, object Message)> queue)
    {
        if (!queue.TryDequeue(out var message)) return false;
        if (message.To is not null) message.To.Tell(message.Message);
        else foreach (var actor in Actors) actor.Tell(message.Message);
        return true;
    }

    private static int? Choose<T>(Queue<T>[] queues, int argument, bool isInOrder)
    {
        var busy = Enumerable.Range(0, queues.Length).Where(i => queues[i].Count > 0).ToList();
        return busy.Count == 0 ? null : busy[isInOrder ? 0 : argument % busy.Count];
    }

    private static T[] Make<T>(Func<T> make) => [.. Enumerable.Range(0, Publishers).Select(_ => make())];
}

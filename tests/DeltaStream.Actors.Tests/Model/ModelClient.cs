using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Tests.Model;

/// <summary>A client's actor on one node. Messages to it are lost after it has gone.</summary>
internal sealed class ModelActor(ModelClient? client)
{
    public static readonly ModelActor Nobody = new(null);

    public void Tell(object message)
    {
        if (client?.Actor == this) client.Mailbox.Enqueue(message);
    }
}

/// <summary>
/// A client with its real rooms. It handles the steps of a join as its actor does. Each update that it is sent is checked against the
/// promises: never older than the one before, never twice, and at rest the last value of each item of its rooms.
/// </summary>
internal sealed class ModelClient
{
    private readonly ModelWorld _world;
    private readonly int _number;
    private readonly int[] _sent = new int[ModelItem.All.Length];
    private readonly (MarketUpdate Update, int Before)?[] _last = new (MarketUpdate, int)?[ModelItem.All.Length];
    private ClientRooms _rooms = new();

    public ModelClient(ModelWorld world, int number, ModelNode node)
    {
        (_world, _number, Node) = (world, number, node);
        Actor = new(this);
        node.Actors.Add(Actor);
    }

    public ModelNode Node { get; private set; }

    public ModelActor Actor { get; private set; }

    public Queue<object> Mailbox { get; } = [];

    /// <summary>What was published when the client joined <c>general</c> without a snapshot.</summary>
    public int[] Before { get; } = new int[ModelItem.All.Length];

    private bool IsAtRest => !_rooms.Joining.Any();

    public bool Step()
    {
        if (!Mailbox.TryDequeue(out var message)) return false;
        switch (message)
        {
            case RoomEvent roomEvent when _rooms.Receive(roomEvent) is { } update:
                Send(update, isSnapshot: false);
                break;
            case MissedUpdate missed when _rooms.Receive(missed) is { } update:
                Send(update, isSnapshot: false);
                break;
            case RoomReady ready when _rooms.Find(ready.JoinId, JoinStep.Room) is { } joined:
                Subscribe(joined);
                break;
            case ModelSubscribe { Subscription: var subscription } when _rooms.Find(subscription) is { } joined:
                OnSubscribed(joined);
                break;
            case Snapshot snapshot when _rooms.Find(snapshot.JoinId, JoinStep.View) is { } joined:
                CompleteJoin(joined, snapshot.View);
                break;
            case SubscriptionsLost:
                _rooms.JoinAgain();
                foreach (var joined in _rooms.Rooms) Enter(joined);
                break;
        }

        return true;
    }

    public void JoinSilently()
    {
        if (_rooms.Find(Room.General) is null) Enter(_rooms.Enter(Room.General, JoinPurpose.OnConnect));
    }

    public void Join(Room room)
    {
        _world.Trace($"client {_number} subscribes to {room}");
        if (_rooms.Find(room) is not { } joined) Enter(_rooms.Enter(room, JoinPurpose.Snapshot));
        else if (_rooms.Ask(joined)) Node.ToCache(Actor, new GetSnapshot(room, joined.Join!.Id));
    }

    public void Leave(Room room)
    {
        if (_rooms.Find(room) is not { } joined) return;
        _world.Trace($"client {_number} leaves {room}");
        var hasSubscribed = joined.Join is not { Step: JoinStep.Room };
        _rooms.Leave(room, Node.Order);
        if (hasSubscribed) Node.ToMediator(new ModelUnsubscribe(ModelItem.NumberOf(room), Actor));
        if (room != Room.General) Node.ToCache(Actor, new LeaveRoom(room));
    }

    /// <summary>The client moves to another node, if no join is under way. Some chains stay behind unsent.</summary>
    public bool Move(ModelNode to, int argument)
    {
        if (!IsAtRest) return false;
        var waiting = new List<MarketUpdate>();
        foreach (var item in ModelItem.All.Where(item => item.Event == MarketEvent.ChainUpdate && (argument >> item.Number) % 4 == 0))
        {
            if (_last[item.Number] is not { } last || !_rooms.Covers(last.Update)) continue;
            waiting.Add(last.Update);
            _sent[item.Number] = last.Before;
            _last[item.Number] = null;
        }

        var moved = _rooms.Move(Node.Order, waiting);
        Node.Actors.Remove(Actor);
        foreach (var room in moved.Rooms)
        {
            Node.ToMediator(new ModelUnsubscribe(ModelItem.NumberOf(room), Actor));
            if (room != Room.General) Node.ToCache(Actor, new LeaveRoom(room));
        }

        _world.Trace($"client {_number} moves: until {string.Join(", ", moved.Until)}; ahead {string.Join(", ", moved.Ahead)}; not received {string.Join(", ", moved.NotReceived)}");
        Mailbox.Clear();
        (Node, Actor, _rooms) = (to, new(this), new());
        to.Actors.Add(Actor);
        _rooms.Arrive(moved);
        foreach (var joined in _rooms.Rooms) Enter(joined);
        return true;
    }

    public void CheckAtRest()
    {
        foreach (var joined in _rooms.Rooms)
        {
            if (!joined.IsJoined) throw new ModelBroken("stuck", $"client {_number} never gets into {joined.Room}");
            foreach (var item in ModelItem.Of[ModelItem.NumberOf(joined.Room)])
            {
                var last = _world.Last[item.Number];
                if (_sent[item.Number] >= last || last <= _world.Expired[item.Number] || (joined.Room == Room.General && last <= Before[item.Number])) continue;
                throw new ModelBroken("lost", $"client {_number} in {joined.Room} has {_sent[item.Number]} of {last} of {item.Event} {item.Key}");
            }
        }
    }

    private void Enter(JoinedRoom joined)
    {
        if (joined.Room == Room.General) Subscribe(joined);
        else Node.ToCache(Actor, new UseRoom(joined.Room, joined.Join!.Id));
    }

    private void Subscribe(JoinedRoom joined)
    {
        (joined.Join!.Step, joined.Join.Subscription) = (JoinStep.Subscription, new object());
        Node.ToMediator(new ModelSubscribe(ModelItem.NumberOf(joined.Room), Actor, joined.Join.Subscription));
    }

    private void OnSubscribed(JoinedRoom joined)
    {
        if (joined.Join!.Purpose == JoinPurpose.OnConnect)
        {
            CompleteJoin(joined, new(Node.Order, joined.Room, _world.Time));
            Array.Copy(_world.Last, Before, Before.Length);
            return;
        }

        joined.Join.Step = JoinStep.View;
        Node.ToCache(Actor, new GetSnapshot(joined.Room, joined.Join.Id));
    }

    private void CompleteJoin(JoinedRoom joined, RoomView view)
    {
        var isSnapshot = joined.Join!.Purpose == JoinPurpose.Snapshot;
        foreach (var update in _rooms.CompleteJoin(joined, view)) Send(update, isSnapshot);
        _world.Trace($"client {_number} is in {joined.Room} from serial {joined.Serial} on");
    }

    private void Send(MarketUpdate update, bool isSnapshot)
    {
        var (item, content) = (ModelItem.ItemOf(update), (int)update.Hash);
        var before = _sent[item.Number];
        _world.Delivered++;
        if (_world.IsTraced) _world.Trace($"  client {_number} is sent {item.Event} {item.Key} content {content} serial {update.Serial}{(isSnapshot ? " (snapshot)" : "")}");
        if (!_rooms.Covers(update)) throw new ModelBroken("alien", $"client {_number} is sent {item.Key}, which is for none of its rooms");
        if (content < before) throw new ModelBroken("older", $"client {_number} is sent {content} after {before} of {item.Event} {item.Key}");
        if (content == before && !isSnapshot) throw new ModelBroken("twice", $"client {_number} is sent {content} of {item.Event} {item.Key} twice");
        _sent[item.Number] = content;
        if (content > before) _last[item.Number] = (update, before);
    }
}

/// <summary>A promise is broken.</summary>
internal sealed class ModelBroken(string kind, string message) : Exception($"{kind}: {message}")
{
    public string Kind { get; } = kind;
}

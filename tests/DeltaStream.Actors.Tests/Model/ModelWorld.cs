using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Model;

/// <summary>
/// Nodes, clients, the store, and publishers one after the other, who may be killed at any moment. Each step is chosen by a
/// number, in any order that real ones could have.
/// </summary>
internal sealed class ModelWorld
{
    private const int Clients = 3;
    private static readonly int[][] Kinds = [[0, 1], [2, 3], [0, 1], [2, 3], [0, 1, 2, 3]];
    private static readonly int[][] RoomsOf = [[0, 1, 2], [3, 4, 5], [0, 1], [3, 4], [0, 1, 2, 3, 4, 5]];

    private readonly bool _moves;
    private readonly int[] _messages;
    private readonly int[] _rooms;
    private readonly ModelNode[] _nodes;
    private readonly ModelClient[] _clients;
    private readonly bool[] _repeats = new bool[4];
    private readonly int[] _repeatFrom = new int[4];
    private readonly long[,] _receivedAt = new long[4, 512];
    private int _epoch = 1;
    private int _sequence;

    public ModelWorld(int seed, bool moves, Action<string>? trace = null)
    {
        (_moves, Trace, IsTraced) = (moves, trace ?? (static _ => { }), trace is not null);
        var random = new Random(seed);
        var kind = random.Next(Kinds.Length);
        (_messages, _rooms) = (Kinds[kind], RoomsOf[kind]);
        _nodes = [.. Enumerable.Range(0, moves ? 2 : 1).Select(_ => new ModelNode(this))];
        foreach (var node in _nodes)
            if (random.Next(2) == 0) node.LearnGeneral();
        _clients = [.. Enumerable.Range(0, moves ? Clients : 1 + random.Next(Clients)).Select(i => new ModelClient(this, i, _nodes[random.Next(_nodes.Length)]))];
        foreach (var client in _clients)
            if (!moves && random.Next(4) > 0) client.JoinSilently();
        if (random.Next(5) >= 3) return;

        // Half of the schedules begin in mid stream.
        foreach (var client in _clients)
            foreach (var room in _rooms)
                if (random.Next(3) > 0) client.Join(ModelItem.Rooms[room]);
        Drain();
        foreach (var message in _messages)
            if (random.Next(2) == 0) Publish(message, isNew: true);
        foreach (var node in _nodes)
            foreach (var room in _rooms)
                if (random.Next(3) > 0) node.Learn(room);
        Drain();
        for (var i = random.Next(6); i > 0; i--)
        {
            foreach (var node in _nodes) node.Tick();
            Drain();
        }
    }

    public ModelTime Time { get; } = new();

    public ModelStore Store { get; } = new();

    public int[] Last { get; } = new int[ModelItem.All.Length];

    /// <summary>The content of each item that was too old when everything had come to rest once.</summary>
    public int[] Expired { get; } = new int[ModelItem.All.Length];

    public Action<string> Trace { get; }

    public bool IsTraced { get; }

    public int Delivered { get; set; }

    public int Moves { get; private set; }

    public long ReceivedAt(ModelItem item, int content) => _receivedAt[Array.FindIndex(ModelItem.Messages, message => message[^1].Key == item.Key), content];

    public void Step(int op, int argument)
    {
        var (node, rest) = (_nodes[argument % _nodes.Length], argument / _nodes.Length);
        switch (op)
        {
            case 0: Publish(_messages[rest % _messages.Length], isNew: rest / 4 % 4 == 0); break;
            case 1: node.Decode(rest, _moves); break;
            case 2: node.Enqueue(rest, _moves); break;
            case 3: node.StepTopics(rest); break;
            case 4: _clients.Where(client => client.Mailbox.Count > 0).ElementAtOrDefault(rest % _clients.Length)?.Step(); break;
            case 5: node.StepCache(); break;
            case 6: node.StepCacheAnswers(); break;
            case 7: _ = (rest % 3) switch { 0 => node.StepMediator(), 1 => node.StepAcknowledgements(), _ => node.StepSupervisor() }; break;
            case 8: _clients[argument % _clients.Length].Join(ModelItem.Rooms[_rooms[argument / _clients.Length % _rooms.Length]]); break;
            case 9: _clients[argument % _clients.Length].Leave(ModelItem.Rooms[_rooms[argument / _clients.Length % _rooms.Length]]); break;
            case 10: Store.Write(rest % 3 == 0 ? Math.Max(1, _epoch - 1) : _epoch); break;
            case 11: Gossip(node, rest); break;
            case 12: node.ReadStore(); break;
            case 13: node.Tick(); break;
            case 14: TakeOver(rest, isKilled: rest / 64 % 2 == 0 && !_moves); break;
            case 15: node.Lose(_epoch, rest); break;
            case 16: if (rest % 3 == 0) node.RestartCache(_epoch); else node.RestartMediator(_epoch); break;
            case 17: if (_moves && Move(rest)) Moves++; break;
            case 18: Hurry(node, rest); break;
            default: if (rest % 8 == 0) Expire(); break;
        }
    }

    /// <summary>Lets everything come to rest, and looks what each client has.</summary>
    public void Finish()
    {
        Trace("everything comes to rest");
        for (var round = 0; round < 3; round++)
        {
            Drain();
            foreach (var node in _nodes)
            {
                node.Heartbeat(_epoch);
                foreach (var room in Enumerable.Range(0, ModelItem.Rooms.Length)) node.Learn(room);
            }

            for (var message = 0; message < _repeats.Length; message++)
                while (_repeats[message]) Publish(message, isNew: false);
            for (var tick = 0; tick < 17; tick++)
            {
                Drain();
                foreach (var node in _nodes) node.Tick();
            }
        }

        Drain();
        foreach (var client in _clients) client.CheckAtRest();
    }

    private void Publish(int message, bool isNew)
    {
        int content;
        var items = ModelItem.Messages[message];
        if (_repeats[message] && !isNew)
        {
            content = Last[items[0].Number];
            if (_repeatFrom[message] > 0 && _repeatFrom[message] < content) content = _repeatFrom[message]++;
            else _repeats[message] = false;
        }
        else
        {
            _repeats[message] = false;
            content = Last[items[0].Number] + 1;
            if (content >= 512) return;
            Time.Advance(TimeSpan.FromMilliseconds(1));
            _receivedAt[message, content] = Time.Micros;
        }

        var position = new Position(_epoch, ++_sequence);
        foreach (var item in items)
        {
            Last[item.Number] = Math.Max(Last[item.Number], content);
            if (IsTraced) Trace($"{item.Event} {item.Key} content {content} is published at {position}");
            foreach (var room in item.RoomNumbers)
                foreach (var node in _nodes) node.Send(_epoch, room, item, position, content);
        }

        Store.Publish(message, position, content);
    }

    private void TakeOver(int argument, bool isKilled)
    {
        if (_epoch + 1 >= ModelNode.Publishers) return;
        Trace($"another publisher takes over{(isKilled ? ", the first one is killed" : "")}");
        if (isKilled)
        {
            var rest = argument;
            foreach (var node in _nodes) node.Cut(_epoch, rest /= 5);
            Store.Lose(_epoch, argument / 7);
        }

        for (var message = 0; message < _repeats.Length; message++)
        {
            var last = Last[ModelItem.Messages[message][0].Number];
            _repeats[message] = !_moves && last > Expired[ModelItem.Messages[message][0].Number] && (isKilled || _repeats[message] || (argument >> message) % 2 == 1);
            // It lags: it says what came before the last one once more, and the last one then.
            _repeatFrom[message] = isKilled && last > Expired[ModelItem.Messages[message][0].Number] + 1 && (argument >> (message + 4)) % 2 == 1 ? last - 1 : 0;
        }

        (_epoch, _sequence) = (_epoch + 1, 0);
    }

    private void Gossip(ModelNode node, int argument)
    {
        if (argument % 5 == 0) node.Heartbeat(_epoch);
        else node.Learn(_rooms[argument % _rooms.Length], argument % 2 == 0 ? 1 + argument / 7 % (ModelNode.Publishers - 1) : null);
    }

    private bool Move(int argument)
    {
        var client = _clients[argument % _clients.Length];
        return client.Move(_nodes[client.Node == _nodes[0] ? 1 : 0], argument / _clients.Length);
    }

    /// <summary>One of the mailboxes is emptied.</summary>
    private void Hurry(ModelNode node, int argument)
    {
        switch (argument % 4)
        {
            case 0:
                while (node.StepMediator() | node.StepAcknowledgements()) { }
                break;
            case 1:
                while (node.StepCache() | node.StepCacheAnswers() | node.StepSupervisor()) { }
                break;
            case 2:
                while (_clients[argument / 4 % _clients.Length].Step()) { }
                break;
            default:
                while (node.StepTopics(argument / 4)) { }
                break;
        }
    }

    /// <summary>After a quiet minute every value is too old.</summary>
    private void Expire()
    {
        Finish();
        Trace("a minute and a half passes");
        Time.Advance(TimeSpan.FromSeconds(Last[0] % 2 == 0 ? 61 : 121));
        Array.Copy(Last, Expired, Last.Length);
        Store.Expire();
        foreach (var node in _nodes) node.ForgetNeeds();
        for (var tick = 0; tick < 4; tick++)
            foreach (var node in _nodes) node.Tick();
    }

    private void Drain()
    {
        bool moved;
        do
        {
            moved = false;
            foreach (var node in _nodes)
            {
                while (node.Decode(0, true) | node.Enqueue(0, true) | node.StepTopics(0)) moved = true;
                while (node.StepMediator() | node.StepAcknowledgements() | node.StepCache() | node.StepCacheAnswers() | node.StepSupervisor()) moved = true;
                while (node.ReadStore()) moved = true;
            }

            while (Store.Write()) moved = true;
            foreach (var client in _clients)
                while (client.Step()) moved = true;
        }
        while (moved);
    }
}

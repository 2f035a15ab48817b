using Akka.Actor;
using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Simulator.Promises;
using DeltaStream.Simulator.Twins;

namespace DeltaStream.Simulator.World;

/// <summary>A browser: wants some rooms, asks for them, and connects again to any open node when its connection is gone.</summary>
internal sealed class SimClient(SimWorld world, int number) : ISocketPeer
{
    private readonly List<Room> _wanted = [Room.General];
    private SocketTwin? _socket;
    private ClientView _view = new();
    private string? _pid;
    private int _attempt;
    private TimeSpan _askedAt;
    private bool _isMoving;

    public string Name { get; } = $"client{number}";

    /// <summary>False for a client that is left out.</summary>
    public bool IsThere { get; init; } = true;

    /// <summary>The rooms that the client wants to be in.</summary>
    public IReadOnlyList<Room> Wanted => _wanted;

    public SocketTwin? Socket => _socket;

    /// <summary>Connects to an open node, or tries again soon.</summary>
    public void Connect()
    {
        if (!IsThere) return;
        var attempt = ++_attempt;
        _socket = null;
        _view = new ClientView();
        var open = world.Running.Where(node => node.IsOpen).ToArray();
        var again = TimeSpan.FromMilliseconds(200 + world.Moods.Next(1500));
        if (open.Length == 0)
        {
            world.Loop.After(again, () => ConnectIf(attempt));
            return;
        }

        var chosen = open[world.Moods.Next(open.Length)];
        world.Loop.After(TimeSpan.FromMilliseconds(1 + world.Moods.Next(20)), () => chosen.Lane.Do(() => _ = OpenAsync(chosen, attempt)));
        // A node that does not answer, because it is paused or dead.
        world.Loop.After(TimeSpan.FromSeconds(5), () =>
        {
            if (attempt == _attempt && _socket is null) Connect();
        });
    }

    /// <summary>The server closes the connection.</summary>
    public void OnClosed(SocketTwin socket, string reason)
    {
        if (socket != _socket) return;
        world.Trace.Write(Name, $"closed {reason}");
        socket.Send(new TransportClosed(CloseReason.TransportError));
        Reconnect();
    }

    /// <summary>The connection breaks, or the client leaves for a moment.</summary>
    public void Break(TimeSpan noticed, bool endedByClient)
    {
        if (_socket is not { } socket) return;
        world.Trace.Write(Name, endedByClient ? "leaves" : "loses its connection");
        socket.Break(noticed, endedByClient);
        if (endedByClient) _pid = null;
        Reconnect();
    }

    /// <summary>The client's node is gone.</summary>
    public void NodeDied(SimNode node)
    {
        if (_socket?.Node == node) Reconnect();
    }

    /// <summary>Something that the client wants changes.</summary>
    public void ChangeMind()
    {
        if (_isMoving) return;
        var room = world.Rooms[world.Moods.Next(world.Rooms.Count)];
        if (_wanted.Contains(room) && world.Moods.Next(3) > 0)
        {
            _wanted.Remove(room);
            Ask("unsubscribe", room);
        }
        else
        {
            if (!_wanted.Contains(room)) _wanted.Add(room);
            Ask("subscribe", room);
        }
    }

    /// <summary>A frame has come.</summary>
    public void OnFrame(SocketTwin socket, ReadOnlySpan<byte> line)
    {
        if (socket != _socket) return;
        world.Observer.Deliveries++;
        world.Trace.Write(Name, line);
        var wasGreeted = _view.IsGreeted;
        if (_view.Read(line) is { } broken) world.Observer.Break(broken with { Text = $"{Name} at {socket.Node}: {broken.Text}" });
        if (!wasGreeted && _view.IsGreeted) AskForWanted();
    }

    /// <summary>In calm the client is connected, is in the rooms that it wants, and has their newest values.</summary>
    public void CheckAtRest(IReadOnlyDictionary<ConflationKey, int> newest)
    {
        if (!IsThere) return;
        if (_socket is null || !_view.IsGreeted) world.Observer.Break(Promise.ComesBack, $"{Name} is not connected in calm");
        else if (!_socket.IsReading || world.Loop.Now - _askedAt < TimeSpan.FromSeconds(3)) return;
        else if (!_wanted.ToHashSet().SetEquals(_view.Rooms)) world.Observer.Break(Promise.ComesBack, $"{Name} at {_socket.Node} is in {string.Join(' ', _view.Rooms)} and wants {string.Join(' ', _wanted)}");
        else if (_view.MissingAtRest(newest) is { } missing) world.Observer.Break(missing with { Text = $"{Name} at {_socket.Node}: {missing.Text}" });
    }

    /// <summary>The client continues on another node, as when it upgrades there: with everything that it was sent.</summary>
    public void Move()
    {
        var to = world.Running.FirstOrDefault(node => node.IsOpen && node.IsMember && node != _socket?.Node);
        if (_socket is not { IsReading: true } socket || to is null || !_view.IsGreeted || _isMoving || world.Loop.Now - _askedAt < TimeSpan.FromSeconds(1)) return;
        world.Trace.Write(Name, $"moves from {socket.Node} to {to}");
        (_isMoving, var attempt) = (true, _attempt);
        socket.Leave(moved => socket.Node.World.Network.Send(socket.Node, to, () => _ = ArriveAsync(to, attempt, socket, moved)));
        // A move that fails ends as a lost connection does.
        world.Loop.After(TimeSpan.FromSeconds(4), () =>
        {
            if (attempt == _attempt && _isMoving) Break(TimeSpan.Zero, endedByClient: false);
        });
    }

    private async Task ArriveAsync(SimNode node, int attempt, SocketTwin former, byte[] bytes)
    {
        var moved = MovedClientCodec.Read(new FieldReader(bytes));
        var session = await node.Recovery.TakeOverAsync(moved);
        var socket = new SocketTwin(node, this);
        node.Clients.Tell(new OpenClient(moved.SessionId, socket) { Identity = moved.Identity, Session = session, Moved = moved }, new CallbackRef(node, answer =>
        {
            if (answer is not ClientOpened opened) return;
            Attach(opened.Client);
        }));

        void Attach(IActorRef actor)
        {
            if (attempt != _attempt)
            {
                actor.Tell(new TransportClosed(CloseReason.TransportError));
                return;
            }

            // What the former node has written is read first.
            if (former.HasUnread)
            {
                world.Loop.After(TimeSpan.FromMilliseconds(1), () => node.Lane.Do(() => Attach(actor)));
                return;
            }

            (_socket, _isMoving) = (socket, false);
            socket.Attach(actor);
        }
    }

    private void Reconnect()
    {
        var attempt = ++_attempt;
        (_socket, _isMoving) = (null, false);
        world.Loop.After(TimeSpan.FromMilliseconds(20 + world.Moods.Next(1000)), () => ConnectIf(attempt));
    }

    private void ConnectIf(int attempt)
    {
        if (attempt == _attempt) Connect();
    }

    private async Task OpenAsync(SimNode node, int attempt)
    {
        var session = await node.Recovery.OpenAsync(_pid, ClientIdentity.Anonymous);
        if (attempt != _attempt || !node.IsRunning)
        {
            node.Recovery.Release(session);
            return;
        }

        var socket = new SocketTwin(node, this);
        var id = session.Recovered?.SessionId ?? $"s{number}.{attempt}";
        node.Clients.Tell(new OpenClient(id, socket) { Session = session }, new CallbackRef(node, answer =>
        {
            if (answer is not ClientOpened opened)
            {
                node.Recovery.Release(session);
                return;
            }

            if (attempt != _attempt)
            {
                opened.Client.Tell(new TransportClosed(CloseReason.TransportError));
                return;
            }

            (_socket, _pid) = (socket, session.Pid);
            world.Trace.Write(Name, $"opens at {node}{(session.IsClaimed ? ", recovered" : "")}");
            socket.Attach(opened.Client);
        }));
    }

    private void AskForWanted()
    {
        foreach (var room in _wanted.Where(room => !_view.Rooms.Contains(room))) Ask("subscribe", room);
        foreach (var room in _view.Rooms.Where(room => !_wanted.Contains(room)).ToArray()) Ask("unsubscribe", room);
    }

    private void Ask(string what, Room room)
    {
        if (_socket is not { } socket || !_view.IsGreeted) return;
        _askedAt = world.Loop.Now;
        world.Trace.Write(Name, $"{what} {room}");
        socket.Emit(what, room.Kind switch
        {
            RoomKind.General => """{"type":"general"}""",
            RoomKind.Product => $$"""{"type":"product","symbol":"{{room.Symbol}}"}""",
            RoomKind.Chain => $$"""{"type":"chain","symbol":"{{room.Symbol}}"}""",
            _ => $$"""{"type":"chain","symbol":"{{room.Symbol}}","expiry":"{{room.Expiry}}"}""",
        });
    }
}

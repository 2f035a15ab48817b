using Akka.Actor;
using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Wire;
using DeltaStream.Simulator.World;

namespace DeltaStream.Simulator.Twins;

/// <summary>The client's side of a socket.</summary>
internal interface ISocketPeer
{
    /// <summary>A frame has been read.</summary>
    void OnFrame(SocketTwin socket, ReadOnlySpan<byte> line);

    /// <summary>The server has closed the connection, and everything before that has been read.</summary>
    void OnClosed(SocketTwin socket, string reason);
}

/// <summary>
/// The twin of a socket: it takes a number of frames that the client has not read, then it is not ready until the client reads. Both
/// ways keep their order, and an end that the other side has not noticed yet loses what is under way.
/// </summary>
internal sealed class SocketTwin : IClientTransport
{
    private const int Capacity = 24;

    private readonly SimNode _node;
    private readonly ISocketPeer _client;
    private readonly Line _down;
    private readonly Line _up;
    private readonly Queue<Frame> _unread = new();
    private IActorRef _actor = ActorRefs.Nobody;
    private int _taken;
    private bool _isReady = true;

    public SocketTwin(SimNode node, ISocketPeer client)
    {
        (_node, _client) = (node, client);
        _down = new Line(node.World.Loop, node.World.Draws);
        _up = new Line(node.World.Loop, node.World.Draws);
    }

    public string Name => "websocket";

    public IWireProtocol Protocol => LineProtocol.Instance;

    public int MaxBatch => 16;

    public SimNode Node => _node;

    /// <summary>Why the server has closed; null while it has not.</summary>
    public CloseReason? Closed { get; private set; }

    /// <summary>True while the client has not read everything that was written.</summary>
    public bool HasUnread => _taken > 0;

    /// <summary>False while the client does not read.</summary>
    public bool IsReading { get; private set; } = true;

    /// <summary>The client's actor greets it now.</summary>
    public void Attach(IActorRef actor)
    {
        _actor = actor;
        actor.Tell(TransportReady.Instance);
    }

    public bool Write(IReadOnlyList<Frame> frames)
    {
        foreach (var frame in frames)
        {
            _taken++;
            _down.Send(() => Arrive(frame));
        }

        return _isReady = _taken < Capacity;
    }

    public void SetReading(bool on)
    {
        // The client's requests wait in its own socket; the simulated clients send few.
    }

    public void Close(CloseReason reason)
    {
        Closed = reason;
        _down.Send(() => _client.OnClosed(this, reason.Name));
    }

    /// <summary>The host closes the connection.</summary>
    public void CloseByServer(CloseReason reason)
    {
        Close(reason);
        _actor.Tell(new TransportClosed(reason));
    }

    /// <summary>The client sends an event.</summary>
    public void Emit(string name, string data) => Send(new ClientEvent(name, System.Text.Encoding.UTF8.GetBytes(data), null));

    /// <summary>The client sends something to its actor.</summary>
    public void Send(IClientInput input, IActorRef? sender = null) => _up.Send(() => _node.Lane.Do(() => _actor.Tell(input, sender ?? ActorRefs.NoSender)));

    /// <summary>The client's side is gone. The server notices some time later.</summary>
    public void Break(TimeSpan noticed, bool endedByClient)
    {
        _down.Close();
        _up.Close();
        var reason = endedByClient ? CloseReason.ClientClosed : CloseReason.TransportError;
        _node.World.Loop.After(noticed, () => _node.Lane.Do(() => _actor.Tell(new TransportClosed(reason, endedByClient))));
    }

    /// <summary>The actor gives the client away, with its whole state.</summary>
    public void Leave(Action<byte[]> left) => Send(MoveClient.Instance, new CallbackRef(_node, answer =>
    {
        if (answer is not ClientMoved { Client: var client }) return;
        var fields = new FieldWriter();
        MovedClientCodec.Write(fields, client);
        left(fields.ToBytes());
    }));

    public void StopReading() => IsReading = false;

    public void ReadAgain()
    {
        IsReading = true;
        while (IsReading && _unread.TryDequeue(out var frame)) Read(frame);
    }

    private void Arrive(Frame frame)
    {
        if (IsReading) Read(frame);
        else _unread.Enqueue(frame);
    }

    private void Read(Frame frame)
    {
        _client.OnFrame(this, frame.Bytes.Span);
        _taken--;
        if (_isReady || _taken >= Capacity / 2) return;
        _isReady = true;
        _node.World.Loop.After(TimeSpan.FromMicroseconds(100), () => _node.Lane.Do(() => _actor.Tell(TransportReady.Instance)));
    }
}

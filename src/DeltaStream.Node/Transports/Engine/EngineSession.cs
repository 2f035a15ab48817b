using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>
/// One Engine.IO session: its heartbeat, its transport (long-polling, a WebSocket, or the change from one to the other) and
/// its end. Writing on a WebSocket takes no lock of the session's.
/// </summary>
internal sealed partial class EngineSession : Deadline, IEngineLink
{
    /// <summary>How many frames one write to a WebSocket may hold.</summary>
    private const int WebSocketBatch = 64;

    private readonly Lock _gate = new();
    private readonly EngineSessions _sessions;
    private readonly Heartbeat _heartbeat;
    private IEngineConnection _connection = NoConnection.Instance;
    private PollingLeg? _polling;
    private EngineWebSocket? _webSocket;
    private CloseReason? _closed;
    private ClientAddress _usedFrom;

    /// <summary>Makes a session; it begins with one of the two starts.</summary>
    public EngineSession(EngineSessions sessions, string sid, ClientAddress address)
    {
        OpenedFrom = _usedFrom = address;
        _sessions = sessions;
        Sid = sid;
        _heartbeat = new Heartbeat(sessions.Settings, sessions.Deadlines.Now);
    }

    /// <summary>The engine's session id: the client's secret.</summary>
    public string Sid { get; }

    /// <summary>Where its client was when it opened: it counts among that address's.</summary>
    public ClientAddress OpenedFrom { get; }

    /// <summary>How its packets travel now.</summary>
    public EngineTransport Current => Volatile.Read(ref _webSocket) is null && !_isMoving ? EngineTransport.Polling : EngineTransport.WebSocket;

    /// <inheritdoc/>
    public string Transport => Volatile.Read(ref _webSocket) is null ? TransportName.Polling : TransportName.WebSocket;

    /// <inheritdoc/>
    public string? BearerToken { get; set; }

    /// <inheritdoc/>
    public int MaxBatch => Volatile.Read(ref _webSocket) is null ? PollingPayloadWriter.MaxPackets : WebSocketBatch;

    /// <summary>Whether it is over here.</summary>
    public bool IsClosed => Volatile.Read(ref _closed) is not null;

    /// <inheritdoc/>
    public bool CanWrite
    {
        get
        {
            lock (_gate) return _closed is null && (_webSocket is not null || _polling!.HasRoom);
        }
    }

    /// <summary>Opens it over polling.</summary>
    public void StartPolling(IEngineApplication application)
    {
        _polling = new PollingLeg();
        _connection = application.Open(this);
        lock (_gate) Reschedule();
    }

    /// <summary>Opens it over this WebSocket, whose first frame is the handshake.</summary>
    public void StartWebSocket(EngineWebSocket webSocket, IEngineApplication application)
    {
        _webSocket = webSocket;
        webSocket.Connection.Sender.WriteControl(EngineFrames.Of(_sessions.Handshake(this, canUpgrade: false)));
        _connection = application.Open(this);
        lock (_gate) Reschedule();
        _connection.Ready();
    }

    /// <summary>A request with its id came from this address.</summary>
    public void UsedFrom(ClientAddress address)
    {
        ClientAddress before;
        lock (_gate) (before, _usedFrom) = (_usedFrom, address);
        if (before != address) _sessions.OnMovedAddress(before, address, Transport);
    }

    /// <inheritdoc/>
    public bool Write(IReadOnlyList<Frame> frames)
    {
        if (Volatile.Read(ref _webSocket) is { } webSocket) return webSocket.Connection.Sender.Write(frames);
        lock (_gate)
        {
            if (_closed is not null) return false;
            return _webSocket?.Connection.Sender.Write(frames) ?? _polling!.Write(frames);
        }
    }

    /// <inheritdoc/>
    public void WriteControl(Frame frame)
    {
        bool taken;
        lock (_gate)
        {
            if (_closed is not null) return;
            taken = _webSocket?.Connection.Sender.WriteControl(frame) ?? _polling!.WriteControl(frame);
        }
        if (!taken) Close(CloseReason.SlowConsumer);
    }

    /// <summary>Takes one packet from the client, on whichever transport it came.</summary>
    public ValueTask ReceiveAsync(EnginePacket packet)
    {
        if (Volatile.Read(ref _closed) is not null) return default;
        switch (packet.Type)
        {
            case EnginePacketType.Message:
                return _connection.ReceiveAsync(packet.Data, packet.IsBinary);
            case EnginePacketType.Pong:
                OnPong();
                break;
            case EnginePacketType.Close:
                Close(CloseReason.ClientClosed);
                break;
            case EnginePacketType.Ping:
                Close(CloseReason.ProtocolError);
                break;
            // Open, upgrade and noop mean nothing from a client here, and do no harm.
        }
        return default;
    }

    /// <summary>A message was larger than it may be: a WebSocket closes next, over polling the session goes on.</summary>
    public void TooLarge() => _connection.TooLarge();

    /// <inheritdoc/>
    public void Close(CloseReason reason)
    {
        object? probe;
        lock (_gate)
        {
            if (_closed is not null || WaitsForPost(reason)) return;
            Volatile.Write(ref _closed, reason);
            (probe, _probe) = (_probe, null);
            _polling?.SayFarewell(reason, ref _farewell);
            if (_farewell is not null) _farewellEnds = _sessions.Deadlines.Now + _sessions.Settings.Linger;
            Reschedule();
        }
        (probe as EngineWebSocket)?.Connection.Close(reason);
        _webSocket?.Connection.Close(reason);
        if (!Lingers) _sessions.Remove(this);
        _sessions.OnClosed(this);
        _connection.Closed(reason);
    }

    /// <summary>Closes the session if its time is over: not only the timer looks, every request does.</summary>
    public void CloseIfExpired()
    {
        bool isOver;
        lock (_gate) isOver = _heartbeat.IsOver(_sessions.Deadlines.Now);
        if (isOver) Close(CloseReason.PingTimeout);
    }

    /// <inheritdoc/>
    internal override void OnDue()
    {
        var now = _sessions.Deadlines.Now;
        if (Volatile.Read(ref _closed) is not null)
        {
            if (now >= _farewellEnds) _sessions.Remove(this);
            return;
        }
        CloseIfExpired();
        bool pings;
        lock (_gate)
        {
            if (_closed is not null) return;
            pings = _heartbeat.TakePing(now);
            PaceProbedPoll(now);
            Reschedule();
        }
        if (pings) WriteControl(EngineFrames.Ping);
    }

    private void OnPong()
    {
        CloseIfExpired();
        lock (_gate)
        {
            _heartbeat.OnPong(_sessions.Deadlines.Now);
            Reschedule();
        }
    }

    private void Reschedule()
    {
        if (_closed is null) _sessions.Deadlines.Schedule(this, NextDue());
        else if (Lingers) _sessions.Deadlines.Schedule(this, _farewellEnds);
        else _sessions.Deadlines.Cancel(this);
    }

    /// <summary>Whether requests still find it though it is closed.</summary>
    private bool Lingers => _farewellEnds > TimeSpan.Zero;

    private TimeSpan NextDue() => _pollDue is { } due && due < _heartbeat.NextDue ? due : _heartbeat.NextDue;
}

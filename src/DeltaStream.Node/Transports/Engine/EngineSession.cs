using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>One Engine.IO session: its requests, its packets and its end. <see cref="SessionTransport"/> carries the packets.</summary>
internal sealed class EngineSession : IEngineLink, IProbed, IPinged, IDeadline
{
    private readonly EngineSessions _sessions;
    private readonly SessionTransport _transport;
    private readonly Heartbeat _heartbeat;
    private IEngineConnection _application = null!;

    public EngineSession(EngineSessions sessions, string sid, ClientAddress address)
    {
        OpenedFrom = UsedFrom = address;
        _sessions = sessions;
        Sid = sid;
        _transport = new SessionTransport(End, sessions.Deadlines);
        _heartbeat = new Heartbeat(this, sessions.Deadlines, sessions.Settings);
    }

    /// <summary>The engine's session id: a secret of the client.</summary>
    public string Sid { get; }

    /// <summary>The client's address at the opening; the session counts against the limit of that address.</summary>
    public ClientAddress OpenedFrom { get; }

    /// <summary>The address of the last request.</summary>
    public ClientAddress UsedFrom { get; set; }

    public EngineTransport Current => _transport.State.Transport;

    public string Transport => _transport.State.TransportName;

    public string? BearerToken { get; set; }

    public int MaxBatch => _transport.State is SessionState.Upgraded ? WebSocketSender.MaxBatch : PollingPayloadWriter.MaxPackets;

    public ConnectionEnd End { get; } = new();

    private TimeSpan Now => _sessions.Deadlines.Now;

    public void StartPolling(IEngineApplication application) => Start(new SessionState.Polling(new PollingQueue()), application);

    /// <summary>Opens the session over this WebSocket, whose first frame is the handshake.</summary>
    public void StartWebSocket(EngineWebSocket webSocket, IEngineApplication application)
    {
        webSocket.Sender.WriteControl(EngineFrames.Of(_sessions.Handshake(this, canUpgrade: false)));
        Start(new SessionState.Upgraded(webSocket), application);
    }

    /// <summary>Continues a session that has left another node.</summary>
    /// <param name="webSocket">The WebSocket that now carries the session.</param>
    /// <param name="waiting">The frames that waited on the other node.</param>
    /// <param name="arrive">Restores the application's part; null if the session can't continue here.</param>
    public async Task ArriveAsync(EngineWebSocket webSocket, IReadOnlyList<Frame> waiting, Func<IEngineLink, ValueTask<IEngineConnection?>> arrive)
    {
        if (waiting.Count > 0) webSocket.Sender.Write(waiting);
        _transport.Start(new SessionState.Upgraded(webSocket));
        _heartbeat.Start();
        if (await arrive(this) is { } application) _application = application;
        else Close(CloseReason.ServerError);
    }

    public void Attach(ILinkListener listener)
    {
        _transport.Attach(listener);
        End.Attach(listener);
    }

    public bool Write(IReadOnlyList<Frame> frames) => _transport.Write(frames);

    public void WriteControl(Frame frame)
    {
        if (!_transport.WriteControl(frame)) Close(CloseReason.SlowConsumer);
    }

    /// <summary>Waits for frames: at least one, at most as many as one response may hold.</summary>
    /// <returns>The frames, or the reason why the poll is refused.</returns>
    public async Task<(IReadOnlyList<Frame>? Frames, EngineError? Refusal)> PollAsync(CancellationToken aborted)
    {
        CloseIfExpired();
        if (_transport.Park(out var isCorked, out var refusal) is not { } poll)
        {
            // Two polls at once: the first gets the close packet, the second 400.
            if (refusal is null) Close(CloseReason.ProtocolError);
            return (null, refusal ?? EngineError.BadRequest);
        }
        if (isCorked)
        {
            // Frames of the protocol itself wait: the application's frames leave together with them.
            await _application.WhenHandledAsync();
            _transport.Uncork();
        }
        using var registration = aborted.UnsafeRegister(_ => OnPollAborted(poll), null);
        return await poll is { Count: > 0 } frames ? (frames, null) : (null, EngineError.SessionIdUnknown);
    }

    /// <summary>Handles a POST. Completes when all answers to its packets are queued.</summary>
    /// <param name="read">Reads the body; returns null if the body is incomplete.</param>
    /// <returns>The reason for a refusal, or null.</returns>
    public async Task<EngineError?> PostAsync(Func<Task<ReadOnlyMemory<byte>?>> read)
    {
        CloseIfExpired();
        if (!_transport.TryBeginPost(out var refusal))
        {
            // Two POSTs at once have no order.
            if (refusal is null) Close(CloseReason.ProtocolError);
            return refusal ?? EngineError.BadRequest;
        }
        try
        {
            return await read() is { } body && !await TryReceiveAsync(body) ? EngineError.BadRequest : null;
        }
        finally
        {
            // Before the response: the client sends its next POST right after the response, and the two must not count as POSTs at once.
            if (_transport.EndPost()) Close(CloseReason.ServerDraining);
        }
    }

    private async Task<bool> TryReceiveAsync(ReadOnlyMemory<byte> body)
    {
        if (End.IsOver) return _transport.State.PostRefusal is null;
        _transport.Cork();
        var reader = new PollingPayloadReader(body);
        var status = PollingReadStatus.Packet;
        while (!End.IsOver && (status = reader.Read(out var packet)) == PollingReadStatus.Packet) await ReceiveAsync(packet);
        if (status == PollingReadStatus.Malformed) Close(CloseReason.ProtocolError);
        await _application.WhenHandledAsync();
        _transport.Uncork();
        return status != PollingReadStatus.Malformed;
    }

    /// <summary>Handles one packet from the client, on either transport.</summary>
    public ValueTask ReceiveAsync(EnginePacket packet)
    {
        if (End.IsOver) return default;
        switch (packet.Type)
        {
            case EnginePacketType.Message:
                return _application.ReceiveAsync(packet.Data, packet.IsBinary);
            case EnginePacketType.Pong:
                CloseIfExpired();
                _heartbeat.OnPong();
                break;
            case EnginePacketType.Close:
                Close(CloseReason.ClientClosed);
                break;
            case EnginePacketType.Ping:
                Close(CloseReason.ProtocolError);
                break;
            // An open, upgrade or noop packet from a client has no meaning here and does no harm.
        }
        return default;
    }

    /// <summary>A message was too large: a WebSocket closes next; over polling the session goes on.</summary>
    public void TooLarge() => _application.TooLarge();

    public ValueTask<bool> TryBeginProbeAsync(EngineWebSocket webSocket) => new(TryBeginProbe(webSocket));

    /// <summary>A WebSocket has sent its probe: an <see cref="EngineWebSocket"/>, or the name of a WebSocket on another node.</summary>
    /// <returns>False if another WebSocket already probes, or the session is not polling.</returns>
    public bool TryBeginProbe(object probe) => _transport.TryBeginProbe(probe, Now + _sessions.Settings.UpgradeTimeout);

    public async ValueTask<EngineSession?> UpgradeAsync(EngineWebSocket webSocket)
    {
        if (!_transport.TryUpgrade(webSocket, out var post)) return null;
        // The packets of a running POST come before the WebSocket's messages.
        await post;
        return this;
    }

    /// <summary>The probing WebSocket has closed.</summary>
    public void EndProbe(object probe) => _transport.EndProbe(probe);

    void IProbed.EndProbe(EngineWebSocket webSocket) => EndProbe(webSocket);

    /// <summary>Ends the session here, because the client moves to a WebSocket on another node.</summary>
    /// <returns>The waiting frames and the application's state; null if the session can't move.</returns>
    public async Task<(IReadOnlyList<Frame> Waiting, byte[] Application)?> LeaveAsync(string probe)
    {
        if (!_transport.TryLeave(probe, out var post)) return null;
        await post;
        await _application.WhenHandledAsync();
        var application = await _application.LeaveAsync();
        if (application is null) Close(CloseReason.ServerError);
        if (application is null || _transport.Move() is not { } waiting) return null;
        Forget();
        _sessions.OnClosed(this);
        return (waiting, application);
    }

    public void OnWebSocketEnded(EngineWebSocket webSocket, CloseReason reason)
    {
        if (_transport.State is SessionState.Upgraded upgraded && upgraded.WebSocket == webSocket) Close(reason);
    }

    public void Close(CloseReason reason)
    {
        if (!_transport.TryClose(reason, Now + _sessions.Settings.Linger, out var webSocket)) return;
        webSocket?.Connection.Close(reason);
        Forget();
        _sessions.OnClosed(this);
        End.Announce();
    }

    /// <summary>Closes the session if it has expired. Every request checks this too, not only the timer.</summary>
    public void CloseIfExpired()
    {
        if (_heartbeat.IsOver) Close(CloseReason.PingTimeout);
    }

    public void Ping() => WriteControl(EngineFrames.Ping);

    public void OnDue() => _sessions.Remove(this);

    public void OnFault() { }

    private void Start(SessionState state, IEngineApplication application)
    {
        _transport.Start(state);
        _application = application.Open(this);
        _heartbeat.Start();
    }

    private void OnPollAborted(Task<IReadOnlyList<Frame>> poll)
    {
        if (_transport.IsWaiting(poll)) Close(CloseReason.TransportError);
    }

    /// <summary>Requests no longer find the session, or find it only for some time.</summary>
    private void Forget()
    {
        _heartbeat.Stop();
        if (_transport.State.FoundUntil is { } until) _sessions.Deadlines.Schedule(this, until);
        else _sessions.Remove(this);
    }
}

using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Engine;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>One Engine.IO session: what its requests and packets cause, and its end. <see cref="SessionTransport"/> carries its packets.</summary>
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

    /// <summary>The engine's session id: the client's secret.</summary>
    public string Sid { get; }

    /// <summary>Where its client was when it opened: it counts among that address's.</summary>
    public ClientAddress OpenedFrom { get; }

    /// <summary>Where its last request came from.</summary>
    public ClientAddress UsedFrom { get; set; }

    /// <summary>The transport that requests are checked against.</summary>
    public EngineTransport Current => _transport.State.Transport;

    public string Transport => _transport.State.TransportName;

    public string? BearerToken { get; set; }

    public int MaxBatch => _transport.State is SessionState.Upgraded ? WebSocketSender.MaxBatch : PollingPayloadWriter.MaxPackets;

    public ConnectionEnd End { get; } = new();

    private TimeSpan Now => _sessions.Deadlines.Now;

    /// <summary>Opens it over polling.</summary>
    public void StartPolling(IEngineApplication application) => Start(new SessionState.Polling(new PollingQueue()), application);

    /// <summary>Opens it over this WebSocket, whose first frame is the handshake.</summary>
    public void StartWebSocket(EngineWebSocket webSocket, IEngineApplication application)
    {
        webSocket.Sender.WriteControl(EngineFrames.Of(_sessions.Handshake(this, canUpgrade: false)));
        Start(new SessionState.Upgraded(webSocket), application);
    }

    /// <summary>Goes on where another node has stopped.</summary>
    /// <param name="webSocket">The WebSocket that carries it from now on.</param>
    /// <param name="waiting">The frames that waited there.</param>
    /// <param name="arrive">Takes what the application there has given; null where it can't go on here.</param>
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

    /// <summary>Waits for something to say, at least one frame and at most what one response may hold.</summary>
    /// <returns>The frames, or why the poll is refused.</returns>
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
            // Something of the protocol's own waits: the application's frames leave with it.
            await _application.SettleAsync();
            _transport.Uncork();
        }
        using var registration = aborted.UnsafeRegister(_ => OnPollAborted(poll), null);
        return await poll is { Count: > 0 } frames ? (frames, null) : (null, EngineError.SessionIdUnknown);
    }

    /// <summary>Takes a POST; completes once everything that its packets caused is queued.</summary>
    /// <param name="read">Reads its body; null where that is not to be had.</param>
    /// <returns>Why it is refused, or null.</returns>
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
            // Before the answer: the client sends its next POST as soon as it has that, and these are not two at once.
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
        await _application.SettleAsync();
        _transport.Uncork();
        return status != PollingReadStatus.Malformed;
    }

    /// <summary>Takes one packet from the client, on whichever transport it came.</summary>
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
            // Open, upgrade and noop mean nothing from a client here, and do no harm.
        }
        return default;
    }

    /// <summary>A message was larger than it may be: a WebSocket closes next, over polling the session goes on.</summary>
    public void TooLarge() => _application.TooLarge();

    public ValueTask<bool> TryBeginProbeAsync(EngineWebSocket webSocket) => new(TryBeginProbe(webSocket));

    /// <summary>A WebSocket (<see cref="EngineWebSocket"/>, or the name of one on another node) has sent its probe.</summary>
    /// <returns>False where another one probes already, or the session is not polling.</returns>
    public bool TryBeginProbe(object probe) => _transport.TryBeginProbe(probe, Now + _sessions.Settings.UpgradeTimeout);

    public async ValueTask<EngineSession?> UpgradeAsync(EngineWebSocket webSocket)
    {
        if (!_transport.TryUpgrade(webSocket, out var post)) return null;
        // What the POST still brings in comes before the WebSocket's messages.
        await post;
        return this;
    }

    /// <summary>The WebSocket that has sent its probe is gone.</summary>
    public void EndProbe(object probe) => _transport.EndProbe(probe);

    void IProbed.EndProbe(EngineWebSocket webSocket) => EndProbe(webSocket);

    /// <summary>The client moves to that WebSocket on another node: everything here comes to an end, and goes there.</summary>
    /// <returns>The frames that wait, and all that the application gives; null where the session can't move.</returns>
    public async Task<(IReadOnlyList<Frame> Waiting, byte[] Application)?> LeaveAsync(string probe)
    {
        if (!_transport.TryLeave(probe, out var post)) return null;
        await post;
        await _application.SettleAsync();
        var application = await _application.LeaveAsync();
        if (application is null) Close(CloseReason.ServerError);
        if (application is null || _transport.Move() is not { } waiting) return null;
        Forget();
        _sessions.OnClosed(this);
        return (waiting, application);
    }

    /// <summary>A WebSocket that carried the session has ended.</summary>
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

    /// <summary>Closes the session if its time is over: not only the timer looks, every request does.</summary>
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

    /// <summary>From its end on requests find the session no longer, or for a while only.</summary>
    private void Forget()
    {
        _heartbeat.Stop();
        if (_transport.State.FoundUntil is { } until) _sessions.Deadlines.Schedule(this, until);
        else _sessions.Remove(this);
    }
}

using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.Node.Transports.Plain;

/// <summary>One plain WebSocket: its heartbeat by WebSocket pings, and its messages.</summary>
internal sealed class PlainLink : Deadline, IWebSocketReceiver, IConnectionLink
{
    /// <summary>How many frames one write may hold.</summary>
    private const int Batch = 64;

    private static readonly Frame Ping = new(WebSocketFrameWriter.Ping([]));

    private readonly WebSocketConnection _webSocket;
    private readonly Deadlines _deadlines;
    private readonly Heartbeat _heartbeat;
    private readonly IPlainConnection _connection;
    private readonly TimeSpan _connectTimeout;
    private ConnectTimeout _silence;
    private long _alive;
    private bool _isOpen;
    private bool _finished;

    /// <summary>Takes a WebSocket over.</summary>
    /// <param name="webSocket">The WebSocket.</param>
    /// <param name="bearerToken">The token of its handshake; null for none.</param>
    /// <param name="application">What speaks over it.</param>
    /// <param name="deadlines">The shared timer.</param>
    /// <param name="settings">Limits and times.</param>
    public PlainLink(
        WebSocketConnection webSocket, string? bearerToken, IPlainApplication application, Deadlines deadlines, TransportSettings settings)
    {
        BearerToken = bearerToken;
        _connectTimeout = settings.ConnectTimeout;
        _webSocket = webSocket;
        _deadlines = deadlines;
        _heartbeat = new Heartbeat(settings, deadlines.Now);
        _connection = application.Open(this);
    }

    /// <inheritdoc/>
    public string Transport => TransportName.Plain;

    /// <inheritdoc/>
    public string? BearerToken { get; }

    /// <inheritdoc/>
    public int MaxBatch => Batch;

    /// <summary>Lives until the connection has ended.</summary>
    public async Task RunAsync()
    {
        if (await _connection.StartAsync())
        {
            var until = _deadlines.Now + _connectTimeout;
            _silence = new ConnectTimeout(until);
            _deadlines.Schedule(this, until);
            BeginIfOpen();
        }
        else
        {
            Close(CloseReason.ServerDraining);
        }
        Finish(await _webSocket.RunAsync(this));
        _deadlines.Cancel(this);
    }

    /// <inheritdoc/>
    public bool Write(IReadOnlyList<Frame> frames) => _webSocket.Sender.Write(frames);

    /// <inheritdoc/>
    public void Close(CloseReason reason)
    {
        _webSocket.Close(reason);
        // At once: the application may be what holds up the reading that would notice.
        Finish(reason);
    }

    /// <inheritdoc/>
    public ValueTask OnMessageAsync(WebSocketMessage message) => Volatile.Read(ref _isOpen) ? ReceiveAsync(message) : ReceiveFirstAsync(message);

    private async ValueTask ReceiveFirstAsync(WebSocketMessage message)
    {
        // Asking for keys and an actor may take long: that is not the client's silence, and has times of its own.
        var left = _silence.Pause(_deadlines.Now);
        await ReceiveAsync(message);
        BeginIfOpen();
        if (_silence.Resume(left, _deadlines.Now) is { } until) _deadlines.Schedule(this, until);
    }

    private void BeginIfOpen()
    {
        if (!_connection.IsOpen) return;
        _silence.End();
        Volatile.Write(ref _isOpen, true);
        _deadlines.Schedule(this, _heartbeat.NextDue);
        _connection.Ready();
    }

    private ValueTask ReceiveAsync(WebSocketMessage message)
    {
        if (message.Opcode != WebSocketOpcode.Text) return _connection.ReceiveInvalidAsync("A message is a text frame");
        return PlainMessage.TryParse(message.Data, out var parsed)
            ? _connection.ReceiveAsync(parsed)
            : _connection.ReceiveInvalidAsync("""A message is a JSON object {"event": name, "data": any, "id": string or number}""");
    }

    /// <inheritdoc/>
    public void OnTooLarge() => _connection.TooLarge();

    /// <inheritdoc/>
    public void OnAlive() => Volatile.Write(ref _alive, _deadlines.Now.Ticks);

    /// <inheritdoc/>
    public void OnReady() => _connection.Ready();

    /// <inheritdoc/>
    internal override void OnDue()
    {
        if (_webSocket.IsClosing) return;
        if (!Volatile.Read(ref _isOpen))
        {
            if (_silence.TryGiveUp(_deadlines.Now)) _connection.GiveUp();
            return;
        }
        // Only here, not with each frame: the timer alone touches the heartbeat.
        var alive = Interlocked.Exchange(ref _alive, 0);
        if (alive != 0) _heartbeat.OnPong(TimeSpan.FromTicks(alive));
        var now = _deadlines.Now;
        if (_heartbeat.IsOver(now))
        {
            Close(CloseReason.PingTimeout);
            return;
        }
        if (_heartbeat.TakePing(now)) _webSocket.Sender.WriteControl(Ping);
        _deadlines.Schedule(this, _heartbeat.NextDue);
    }

    private void Finish(CloseReason reason)
    {
        _silence.End();
        if (!Interlocked.Exchange(ref _finished, true)) _connection.Closed(reason);
    }
}

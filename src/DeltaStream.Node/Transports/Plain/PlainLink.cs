using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.WebSockets;
using DeltaStream.SocketIO.Framing;

namespace DeltaStream.Node.Transports.Plain;

/// <summary>One plain WebSocket: its messages, and its heartbeat with WebSocket pings.</summary>
internal sealed class PlainLink : IConnectionLink, IWebSocketReceiver, IPinged
{
    private static readonly Frame PingFrame = new(WebSocketFrameWriter.Ping([]));

    private readonly WebSocketConnection _webSocket;
    private readonly Heartbeat _heartbeat;
    private readonly IPlainConnection _application;
    private ConnectTimeout? _timeout;

    /// <param name="webSocket">The WebSocket.</param>
    /// <param name="bearerToken">The token in the handshake; null if it had none.</param>
    /// <param name="application">The application over it.</param>
    /// <param name="deadlines">The timer of the connections.</param>
    /// <param name="settings">Limits and times.</param>
    public PlainLink(WebSocketConnection webSocket, string? bearerToken, IPlainApplication application, Deadlines deadlines, TransportSettings settings)
    {
        BearerToken = bearerToken;
        _webSocket = webSocket;
        _heartbeat = new Heartbeat(this, deadlines, settings);
        _application = application.Open(this);
        _timeout = new ConnectTimeout(
            deadlines, settings.ConnectTimeout,
            () =>
            {
                if (!End.IsOver) _application.GiveUp();
            },
            () => Close(CloseReason.ServerError));
    }

    public string Transport => TransportName.Plain;

    public string? BearerToken { get; }

    public int MaxBatch => WebSocketSender.MaxBatch;

    public ConnectionEnd End => _webSocket.End;

    public async Task RunAsync()
    {
        if (await _application.StartAsync())
        {
            BeginOrWait();
        }
        else
        {
            Close(CloseReason.ServerDraining);
        }
        await _webSocket.RunAsync(this);
        Stop();
    }

    public void Attach(ILinkListener listener)
    {
        if (_webSocket.Sender.Attach(listener)) listener.Ready();
        End.Attach(listener);
    }

    public bool Write(IReadOnlyList<Frame> frames) => _webSocket.Sender.Write(frames);

    public void Close(CloseReason reason)
    {
        _webSocket.Close(reason);
        // Stops at once: reading would report the end later, but the application may be delaying the reading.
        Stop();
    }

    public ValueTask OnMessageAsync(WebSocketMessage message) => _timeout is null ? ReceiveAsync(message) : ReceiveFirstAsync(message);

    public void OnTooLarge() => _application.TooLarge();

    public void OnAlive() => _heartbeat.OnPong();

    public void Ping() => _webSocket.Sender.WriteControl(PingFrame);

    private async ValueTask ReceiveFirstAsync(WebSocketMessage message)
    {
        // Fetching the keys of tokens and starting an actor may take long, and both have timeouts of their own.
        _timeout?.Pause();
        await ReceiveAsync(message);
        BeginOrWait();
    }

    private void BeginOrWait()
    {
        if (End.IsOver) return;
        if (!_application.IsOpen)
        {
            _timeout!.Run();
            return;
        }
        _timeout = null;
        _heartbeat.Start();
    }

    private ValueTask ReceiveAsync(WebSocketMessage message)
    {
        if (message.Opcode != WebSocketOpcode.Text) return _application.ReceiveInvalidAsync("A message is a text frame");
        return PlainMessage.TryParse(message.Data, out var parsed)
            ? _application.ReceiveAsync(parsed)
            : _application.ReceiveInvalidAsync("""A message is a JSON object {"event": name, "data": any, "id": string or number}""");
    }

    private void Stop()
    {
        _timeout?.Pause();
        _heartbeat.Stop();
        End.Announce();
    }
}

using System.IO.Pipelines;
using System.Net.Sockets;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace DeltaStream.Node.Transports.DirectSockets;

/// <summary>
/// Lets an upgraded connection outlive its HTTP request. The request ends with its 101 response. That frees the objects that HTTP
/// keeps for a connection during a request: headers, parser, context, services, and the middlewares that await it. The WebSocket
/// then has the connection's pipe and socket to itself.
/// </summary>
internal sealed class ConnectionHandover : IConnectionHeartbeatFeature, IUpgradedConnection
{
    private readonly IConnectionHeartbeatFeature? _heartbeat;
    private readonly Socket? _socket;
    private Action? _ticks;
    private Func<Task>? _next;

    private ConnectionHandover(ConnectionContext connection)
    {
        _heartbeat = connection.Features.Get<IConnectionHeartbeatFeature>();
        // With TLS the socket carries encrypted bytes, so only the pipe can be used.
        _socket = connection.Features.Get<ITlsHandshakeFeature>() is null ? connection.Features.Get<IConnectionSocketFeature>()?.Socket : null;
    }

    /// <summary>The connection middleware right before HTTP, behind TLS.</summary>
    public static ConnectionDelegate Before(ConnectionDelegate http) => connection => RunAsync(connection, http);

    public async ValueTask<WebSocketSender?> TakeSocketAsync(PipeWriter output, ConnectionEnd end, FrameDeflater? deflater)
    {
        if (_socket is null) return null;
        // Kestrel's response must have left before frames bypass its pipe. The pipe buffers nothing (DirectSocketRegistration), so
        // the flush completes when every byte has left.
        await output.FlushAsync();
        return new SocketSender(_socket, end, deflater);
    }

    public void ServeAfterRequest(Func<Task> serve) => _next = serve;

    /// <summary>
    /// Kestrel keeps each heartbeat callback for the connection's life: HTTP's timeout callback would keep the request alive, and
    /// later abort the WebSocket. So HTTP gets this heartbeat, which ends with HTTP.
    /// </summary>
    public void OnHeartbeat(Action<object> action, object state)
    {
        lock (this)
        {
            if (_ticks is null) _heartbeat?.OnHeartbeat(static handover => ((ConnectionHandover)handover).Tick(), this);
            _ticks += () => action(state);
        }
    }

    private static async Task RunAsync(ConnectionContext connection, ConnectionDelegate http)
    {
        var handover = new ConnectionHandover(connection);
        connection.Features.Set<IConnectionHeartbeatFeature>(handover);
        connection.Features.Set<IUpgradedConnection>(handover);
        try
        {
            await http(connection);
        }
        finally
        {
            if (handover.EndHttp() is { } next) await next();
        }
    }

    private void Tick()
    {
        lock (this) _ticks?.Invoke();
    }

    private Func<Task>? EndHttp()
    {
        lock (this)
        {
            _ticks = null;
            var next = _next;
            _next = null;
            return next;
        }
    }
}

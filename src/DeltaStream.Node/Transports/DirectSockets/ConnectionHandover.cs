using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace DeltaStream.Node.Transports.DirectSockets;

/// <summary>
/// Lets an upgraded connection outlive its HTTP request. The request ends with its 101, and with it goes all that HTTP keeps for
/// a connection as long as a request is under way: headers, parser, context, services, and the middlewares that await it. What
/// comes next has the connection's pipe for itself.
/// </summary>
internal sealed class ConnectionHandover : IConnectionHeartbeatFeature
{
    private readonly IConnectionHeartbeatFeature? _connection;
    private Action? _ticks;
    private Func<Task>? _next;

    private ConnectionHandover(IConnectionHeartbeatFeature? connection) => _connection = connection;

    /// <summary>Stands right before HTTP.</summary>
    public static ConnectionDelegate Before(ConnectionDelegate http) => connection => RunAsync(connection, http);

    /// <summary>
    /// Serves the connection that the request has upgraded: when the request has ended, or within it where nobody stands
    /// before HTTP who could.
    /// </summary>
    /// <param name="context">The request; it is over once this has completed.</param>
    /// <param name="serve">Serves it to its end, without the request.</param>
    public static Task ServeAsync(HttpContext context, Func<Task> serve)
    {
        if (context.Features.Get<IConnectionHeartbeatFeature>() is not ConnectionHandover handover) return serve();
        handover._next = serve;
        return Task.CompletedTask;
    }

    /// <summary>
    /// HTTP's timeouts tick with the connection, which never forgets who does: they would be kept, and would break what is no
    /// longer theirs. So they tick with this, for as long as HTTP lasts.
    /// </summary>
    public void OnHeartbeat(Action<object> action, object state)
    {
        lock (this)
        {
            if (_ticks is null) _connection?.OnHeartbeat(static handover => ((ConnectionHandover)handover).Tick(), this);
            _ticks += () => action(state);
        }
    }

    private static async Task RunAsync(ConnectionContext connection, ConnectionDelegate http)
    {
        var handover = new ConnectionHandover(connection.Features.Get<IConnectionHeartbeatFeature>());
        connection.Features.Set<IConnectionHeartbeatFeature>(handover);
        try
        {
            await http(connection);
        }
        finally
        {
            if (handover.End() is { } next) await next();
        }
    }

    private void Tick()
    {
        lock (this) _ticks?.Invoke();
    }

    private Func<Task>? End()
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

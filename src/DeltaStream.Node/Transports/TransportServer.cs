using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.Node.Transports.Plain;
using DeltaStream.Node.Transports.Relay;
using DeltaStream.Node.Transports.Sockets;
using Microsoft.AspNetCore.Connections;

namespace DeltaStream.Node.Transports;

/// <summary>
/// All connections of a process. It serves the mounted paths, and drains the connections in batches before the process stops.
/// </summary>
internal sealed class TransportServer : IDisposable
{
    private static readonly TimeSpan BatchInterval = TimeSpan.FromMilliseconds(50);

    private readonly TransportSettings _settings;
    private readonly TimeProvider _time;
    private readonly SessionRelay? _relay;
    private readonly Deadlines _deadlines;
    private readonly AdmissionControl _admission;
    private readonly AddressWatch _addresses;
    private readonly ConnectionGuard _guard;
    private readonly List<Func<IEnumerable<IConnectionLink>>> _connections = [];

    /// <summary>Starts the timer that all connections share.</summary>
    /// <param name="settings">Limits and times of connections.</param>
    /// <param name="time">The clock.</param>
    /// <param name="metrics">Counts refused connections.</param>
    /// <param name="relay">Reaches the sessions of other nodes; null if there are none.</param>
    /// <param name="log">Gets suspicious uses of sessions and the exceptions of the timer.</param>
    public TransportServer(TransportSettings settings, TimeProvider time, GatewayMetrics? metrics = null, ILogger<TransportServer>? log = null, SessionRelay? relay = null)
    {
        _settings = settings;
        _relay = relay;
        _time = time;
        // Fine enough for the shortest of the times, but not so fine that the timer wakes an idle process needlessly.
        var tick = Math.Clamp(settings.PingTimeout.TotalMilliseconds / 20, 10, 100);
        _deadlines = new Deadlines(time, TimeSpan.FromMilliseconds(tick), log);
        _admission = new AdmissionControl(settings.MaxConnections, settings.MaxConnectionsPerAddress, settings.MaxParkedPolls, metrics);
        metrics?.ObserveSessions(() => _admission.Inside);
        metrics?.ObserveIdleConnections(() => _admission.Idle.Count);
        _addresses = new AddressWatch(log, time, metrics);
        _guard = new ConnectionGuard(_deadlines, settings.ConnectTimeout, settings.MaxConnectionsPerAddress, settings.TrustedProxies, _admission.Idle, metrics);
    }

    /// <summary>The number of connected clients.</summary>
    public int Inside => _admission.Inside;

    /// <summary>The connection middleware that a listener puts before TLS and HTTP.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => _guard.Before(next);

    /// <summary>The connection middleware that a listener with TLS puts between TLS and HTTP.</summary>
    public ConnectionDelegate GuardHttp(ConnectionDelegate next) => _guard.BeforeHttp(next);

    /// <summary>The HTTP middleware that keeps account of connections between their requests. It must be the first.</summary>
    public Task CountIdleAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IdleConnection>() is not { } connection) return next(context);
        if (!_admission.Idle.Wake(connection))
        {
            context.Response.Headers.Connection = "close";
            return next(context);
        }
        context.Response.OnCompleted(() =>
        {
            // After 101 the connection is a client's WebSocket.
            if (context.Response.StatusCode != StatusCodes.Status101SwitchingProtocols) _admission.Idle.Rest(connection);
            return Task.CompletedTask;
        });
        return next(context);
    }

    /// <summary>Serves raw Engine.IO under this path.</summary>
    public void MapEngine(IEndpointRouteBuilder endpoints, string path, IEngineApplication application)
    {
        var sessions = new EngineSessions(_settings, _deadlines, _admission, _addresses, _relay is null ? null : () => _relay.Prefix);
        _connections.Add(() => sessions.All);
        var endpoint = new EngineEndpoint(sessions, _admission, application, _relay is null ? null : new RelayedRequests(_relay, sessions, _admission, application));
        if (_relay is not null) _relay.Owner = new HeldSessions(sessions, endpoint);
        endpoints.Map(path, (RequestDelegate)endpoint.HandleAsync);
    }

    /// <summary>Serves Socket.IO under this path.</summary>
    public void MapSockets(IEndpointRouteBuilder endpoints, string path, ISocketApplication application) =>
        MapEngine(endpoints, path, new SocketServer(application, _deadlines, _settings.ConnectTimeout, () => _admission.Count(RefusedConnection.NoConnect)));

    /// <summary>Serves plain WebSockets under this path.</summary>
    public void MapPlain(IEndpointRouteBuilder endpoints, string path, IPlainApplication application)
    {
        var endpoint = new PlainEndpoint(_settings, _deadlines, _admission, application);
        _connections.Add(() => endpoint.All);
        endpoints.Map(path, (RequestDelegate)endpoint.HandleAsync);
    }

    /// <summary>New connections are refused until this has been true once.</summary>
    public void AcceptWhen(Func<bool> hasStarted) => _admission.StartWhen(hasStarted);

    /// <summary>From now on every new connection is refused; open connections go on.</summary>
    public void StopAccepting() => _admission.Stop();

    /// <summary>Closes all connections in even batches over this time, so that the clients do not all reconnect at once.</summary>
    public async Task CloseAllAsync(CloseReason reason, TimeSpan over)
    {
        var all = _connections.SelectMany(each => each()).ToList();
        var started = _time.GetTimestamp();
        for (var closed = 0; ; )
        {
            // The share follows the clock, not the number of batches: on a busy machine each batch is late, and the last clients
            // would be cut off.
            var passed = _time.GetElapsedTime(started) + BatchInterval;
            var due = passed < over ? (int)(all.Count * passed.Ticks / over.Ticks) : all.Count;
            for (; closed < due; closed++) all[closed].Close(reason);
            if (closed == all.Count) break;
            await Task.Delay(BatchInterval, _time);
        }

        // A client that had its place, and not yet its session, when the drain began.
        foreach (var late in _connections.SelectMany(each => each())) late.Close(reason);
    }

    public void Dispose() => _deadlines.Dispose();
}

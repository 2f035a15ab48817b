using System.Collections.Concurrent;
using System.Net;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Timing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace DeltaStream.Node.Admission;

/// <summary>
/// Guards TCP connections before TLS and HTTP. It breaks a connection that sends nothing within the handshake time, and a
/// connection beyond the limit of its address. After the first byte Kestrel's own timeouts apply.
/// </summary>
/// <param name="deadlines">The timer of the connections.</param>
/// <param name="handshakeTime">The time within which the first byte must come.</param>
/// <param name="mostClients">The most clients from one address; 0 for no limit.</param>
/// <param name="proxies">The proxies. Their connections are not counted, because all clients behind a proxy have its address.</param>
/// <param name="idle">The connections that wait for their next request. Those of proxies are not among them: a proxy keeps its own.</param>
/// <param name="metrics">Counts refused connections.</param>
internal sealed class ConnectionGuard(
    Deadlines deadlines, TimeSpan handshakeTime, int mostClients, TrustedProxies proxies, IdleConnections idle, GatewayMetrics? metrics)
{
    private readonly ConcurrentDictionary<ClientAddress, int> _open = new();

    /// <summary>
    /// The most sockets of one address. A polling client has two at a time, and its HTTP library keeps some more open for reuse.
    /// </summary>
    private readonly int _mostFromAddress = mostClients == 0 ? int.MaxValue : mostClients * 2 + 8;

    /// <summary>Returns the connection middleware that guards <paramref name="next"/>.</summary>
    public ConnectionDelegate Before(ConnectionDelegate next) => connection => RunAsync(connection, next);

    /// <summary>Returns the connection middleware between TLS and HTTP: the first byte of the first request must come in time too.</summary>
    public ConnectionDelegate BeforeHttp(ConnectionDelegate next) => async connection =>
    {
        if (await SpeaksAsync(connection)) await next(connection);
    };

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var peer = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var isProxy = proxies.Includes(peer);
        var isCounted = _mostFromAddress < int.MaxValue && !isProxy;
        var address = ClientAddress.Of(peer);
        var own = isProxy ? null : new IdleConnection(address, connection.Features.Get<IConnectionLifetimeNotificationFeature>());
        connection.Features.Set(own);
        try
        {
            if (isCounted && _open.AddOrUpdate(address, 1, static (_, count) => count + 1) > _mostFromAddress)
                Break(connection, RefusedConnection.TooManyFromAddress);
            else if (await SpeaksAsync(connection))
                await next(connection);
        }
        finally
        {
            if (own is not null) idle.End(own);
            if (isCounted && _open.AddOrUpdate(address, 0, static (_, count) => count - 1) == 0) _open.TryRemove(new(address, 0));
        }
    }

    private ValueTask<bool> SpeaksAsync(ConnectionContext connection)
    {
        if (!connection.Transport.Input.TryRead(out var result)) return WaitAsync(connection);
        connection.Transport.Input.AdvanceTo(result.Buffer.Start);
        return new(true);
    }

    private async ValueTask<bool> WaitAsync(ConnectionContext connection)
    {
        var patience = new Patience(connection);
        deadlines.Schedule(patience, deadlines.Now + handshakeTime);
        try
        {
            var result = await connection.Transport.Input.ReadAsync();
            connection.Transport.Input.AdvanceTo(result.Buffer.Start);
            if (!result.IsCanceled) return true;
            Break(connection, RefusedConnection.Silent);
            return false;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The connection broke before its first byte.
            return false;
        }
        finally
        {
            deadlines.Cancel(patience);
        }
    }

    private void Break(ConnectionContext connection, RefusedConnection refused)
    {
        metrics?.RefusedConnection(refused.Reason);
        connection.Abort();
    }

    private sealed class Patience(ConnectionContext connection) : IDeadline
    {
        public void OnDue() => connection.Transport.Input.CancelPendingRead();

        public void OnFault() => connection.Abort();
    }
}

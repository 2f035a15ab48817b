using System.Collections.Concurrent;
using System.Net;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Node.Timing;
using Microsoft.AspNetCore.Connections;

namespace DeltaStream.Node.Admission;

/// <summary>
/// Stands before TLS and HTTP: a TCP connection on which nothing comes within the handshake time is broken, and so is one
/// too many from an address. Behind it Kestrel's own times hold.
/// </summary>
/// <param name="deadlines">The connections' timer.</param>
/// <param name="handshakeTime">How long a connection may stay without its first byte.</param>
/// <param name="mostClients">The most clients from one address; 0 for no limit.</param>
/// <param name="proxies">The proxies, whose connections are not counted: all clients behind one have its address.</param>
/// <param name="metrics">Counts refused connections.</param>
internal sealed class ConnectionGuard(Deadlines deadlines, TimeSpan handshakeTime, int mostClients, TrustedProxies proxies, GatewayMetrics? metrics)
{
    private readonly ConcurrentDictionary<ClientAddress, int> _open = new();

    /// <summary>
    /// Sockets that one address may have: a polling client has two at a time, and more that its HTTP library keeps for later.
    /// </summary>
    private readonly int _mostFromAddress = mostClients == 0 ? int.MaxValue : mostClients * 2 + 8;

    /// <summary>Guards what comes behind.</summary>
    public ConnectionDelegate Before(ConnectionDelegate next) => connection => RunAsync(connection, next);

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var peer = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var isCounted = _mostFromAddress < int.MaxValue && !proxies.Includes(peer);
        var address = ClientAddress.Of(peer);
        try
        {
            if (isCounted && _open.AddOrUpdate(address, 1, static (_, count) => count + 1) > _mostFromAddress)
                Break(connection, RefusedConnection.TooManyFromAddress);
            else if (await SpeaksAsync(connection))
                await next(connection);
        }
        finally
        {
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
            // It broke before it said anything.
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

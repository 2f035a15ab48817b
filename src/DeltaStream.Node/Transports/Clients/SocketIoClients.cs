using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Sessions;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Authentication;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.Sockets;
using DeltaStream.SocketIO;

namespace DeltaStream.Node.Transports.Clients;

/// <summary>The gateway over Socket.IO: the namespace <c>/</c>, a ClientActor for each client in it.</summary>
internal sealed class SocketIoClients(ClientServices gateway) : ISocketApplication
{
    /// <inheritdoc/>
    public ISocketConnection Open(IConnectionLink link) => new Connection(link, gateway);

    /// <inheritdoc/>
    public async ValueTask<ISocketConnection?> ArriveAsync(IConnectionLink link, BinaryReader state)
    {
        var moved = MovedClientCodec.Read(state);
        var connection = new Connection(link, gateway);
        return await connection.ArriveAsync(moved) ? connection : null;
    }

    private sealed class Connection(IConnectionLink link, ClientServices gateway) : ISocketConnection
    {
        // A client may be refused and ask again, with a better token, on the same connection; not without end.
        private const int MostRefusals = 8;

        private ClientConnection? _client;
        private CloseReason? _closed;
        private int _refusals;

        public async ValueTask<SocketAdmission> ConnectAsync(string ns, ReadOnlyMemory<byte> payload)
        {
            // Asking to come in is a message like any other; of those who are not in only so many are answered.
            if (_client is { } former && !await former.MayComeBackAsync())
                return SocketAdmission.Refuse(RequestError.RateLimited.Message, RequestError.RateLimited.Code);
            if (ns != SocketPacket.RootNamespace)
            {
                if (_client is null) CountRefusal(CloseReason.ProtocolError);
                return SocketAdmission.Refuse("Invalid namespace");
            }

            var check = await gateway.Tokens.CheckAsync(BearerToken.Of(payload.Span) ?? link.BearerToken);
            if (check.Identity is not { } identity) return Refuse(check.Refusal!);
            var client = new ClientConnection(link, SocketIoProtocol.Instance, gateway, _client);
            Volatile.Write(ref _client, client);
            if (Volatile.Read(ref _closed) is { } closed) client.Closed(closed);
            var session = gateway.Recovery is null ? null : await gateway.Recovery.OpenAsync(ConnectPayload.PidOf(payload.Span), identity);
            // Not the engine's sid: that one is a secret.
            var sid = session?.Recovered?.SessionId ?? RandomId.Create();
            if (await client.OpenAsync(sid, identity, session: session) is not { } refusal) return SocketAdmission.Accept(sid, session?.Pid);
            if (session is not null) gateway.Recovery!.Release(session);
            return SocketAdmission.Refuse(refusal);
        }

        public async ValueTask<bool> ArriveAsync(MovedClient moved)
        {
            var client = new ClientConnection(link, SocketIoProtocol.Instance, gateway);
            Volatile.Write(ref _client, client);
            var session = gateway.Recovery is null ? null : await gateway.Recovery.TakeOverAsync(moved);
            if (await client.OpenAsync(moved.SessionId, moved.Identity, session: session, moved: moved) is null) return true;
            if (session is not null) gateway.Recovery!.Release(session);
            return false;
        }

        public async ValueTask<bool> LeaveAsync(BinaryWriter state)
        {
            if (_client is null || await _client.LeaveAsync() is not { } moved) return false;
            MovedClientCodec.Write(state, moved);
            return true;
        }

        // The actor speaks first when it is ready, and that it is told next.
        public void Connected(string ns) { }

        public ValueTask EventAsync(SocketPacket packet, IReadOnlyList<ReadOnlyMemory<byte>> attachments) =>
            _client!.TellEventAsync(packet.Event.Name, packet.Event.FirstArgument, packet.AckId);

        public void TooLarge() => _client!.TooLarge();

        public void Disconnected(string ns) => _client!.Closed(CloseReason.ClientClosed, hasLeft: true);

        public void Ready() => Volatile.Read(ref _client)?.Ready();

        public ValueTask SettleAsync() => _client?.SettleAsync() ?? default;

        public void Closed(CloseReason reason)
        {
            Volatile.Write(ref _closed, reason);
            Volatile.Read(ref _client)?.Closed(reason);
        }

        private SocketAdmission Refuse(TokenRefusal refusal)
        {
            CountRefusal(CloseReason.Unauthorized);
            return SocketAdmission.Refuse(refusal.Message, ClientConnection.Unauthorized);
        }

        private void CountRefusal(CloseReason last)
        {
            if (++_refusals > MostRefusals) link.Close(last);
        }
    }
}

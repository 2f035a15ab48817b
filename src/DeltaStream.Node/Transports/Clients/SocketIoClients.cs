using DeltaStream.Actors.Binary;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Sessions;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Authentication;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.Sockets;
using DeltaStream.SocketIO;

namespace DeltaStream.Node.Transports.Clients;

/// <summary>The clients over Socket.IO: the namespace <c>/</c>, with a ClientActor for each client in it.</summary>
internal sealed class SocketIoClients(ClientServices services) : ISocketApplication
{
    public ISocketConnection Open(IConnectionLink link) => new Connection(link, services);

    public async ValueTask<ISocketConnection?> ArriveAsync(IConnectionLink link, FieldReader state)
    {
        var moved = MovedClientCodec.Read(state);
        var connection = new Connection(link, services);
        return await connection.ArriveAsync(moved) ? connection : null;
    }

    private sealed class Connection(IConnectionLink link, ClientServices services) : ISocketConnection
    {
        // A refused client may ask again with a better token on the same connection, but only so many times.
        private const int MostRefusals = 8;

        private ClientTransport? _client;
        private int _refusals;

        public async ValueTask<SocketAdmission> ConnectAsync(string ns, ReadOnlyMemory<byte> payload)
        {
            // A CONNECT counts as a message. A client that has not joined yet gets only so many refusals.
            if (_client is { } former && !await former.MayComeBackAsync())
                return SocketAdmission.Refuse(former.RateLimited.Message, former.RateLimited.Code);
            if (ns != SocketPacket.RootNamespace)
            {
                if (_client is null) CountRefusal(CloseReason.ProtocolError);
                return SocketAdmission.Refuse("Invalid namespace");
            }

            var check = await services.Tokens.CheckAsync(BearerToken.Of(payload.Span) ?? link.BearerToken);
            if (check.Identity is not { } identity) return Refuse(check.Refusal!);
            var client = new ClientTransport(link, SocketIoProtocol.Instance, services, _client);
            _client = client;
            var session = services.Recovery is null ? null : await services.Recovery.OpenAsync(ConnectPayload.PidOf(payload.Span), identity);
            // A new id: the engine's sid is a secret.
            var sid = session?.Recovered?.SessionId ?? RandomId.Create();
            if (await client.OpenAsync(sid, identity, session: session) is not { } refusal) return SocketAdmission.Accept(sid, session?.Pid);
            if (session is not null) services.Recovery!.Release(session);
            return SocketAdmission.Refuse(refusal);
        }

        public async ValueTask<bool> ArriveAsync(MovedClient moved)
        {
            var client = new ClientTransport(link, SocketIoProtocol.Instance, services);
            _client = client;
            var session = services.Recovery is null ? null : await services.Recovery.TakeOverAsync(moved);
            if (await client.OpenAsync(moved.SessionId, moved.Identity, session: session, moved: moved) is null)
            {
                link.Attach(client);
                return true;
            }
            if (session is not null) services.Recovery!.Release(session);
            return false;
        }

        public async ValueTask<bool> LeaveAsync(FieldWriter state)
        {
            if (_client is null || await _client.MoveAsync() is not { } moved) return false;
            MovedClientCodec.Write(state, moved);
            return true;
        }

        public void Connected(string ns) => link.Attach(_client!);

        public ValueTask EventAsync(SocketPacket packet, IReadOnlyList<ReadOnlyMemory<byte>> attachments) =>
            _client!.TellEventAsync(packet.Event.Name, packet.Event.FirstArgument, packet.AckId);

        public void TooLarge() => _client!.TooLarge();

        public void Disconnected(string ns) => _client!.Leave();

        public ValueTask WhenHandledAsync() => _client?.WhenHandledAsync() ?? default;

        private SocketAdmission Refuse(TokenRefusal refusal)
        {
            CountRefusal(CloseReason.Unauthorized);
            var error = RequestError.RefusedToken(refusal.Message);
            return SocketAdmission.Refuse(error.Message, error.Code);
        }

        private void CountRefusal(CloseReason last)
        {
            if (++_refusals > MostRefusals) link.Close(last);
        }
    }
}

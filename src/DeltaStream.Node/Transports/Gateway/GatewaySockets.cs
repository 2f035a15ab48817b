using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Sessions;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.Node.Transports.Sockets;
using DeltaStream.SocketIO;

namespace DeltaStream.Node.Transports.Gateway;

/// <summary>The gateway over Socket.IO: the namespace <c>/</c>, a ClientActor for each client in it.</summary>
internal sealed class GatewaySockets(Func<IActorRef> supervisor, SessionRecovery? recovery) : ISocketApplication
{
    /// <inheritdoc/>
    public ISocketConnection Open(IConnectionLink link) => new Connection(link, supervisor, recovery);

    private sealed class Connection(IConnectionLink link, Func<IActorRef> supervisor, SessionRecovery? recovery) : ISocketConnection
    {
        private GatewayClient? _client;
        private CloseReason? _closed;

        public async ValueTask<SocketAdmission> ConnectAsync(string ns, ReadOnlyMemory<byte> payload)
        {
            if (ns != SocketPacket.RootNamespace) return SocketAdmission.Refuse("Invalid namespace");
            var client = new GatewayClient(link, SocketIoProtocol.Instance);
            Volatile.Write(ref _client, client);
            if (Volatile.Read(ref _closed) is { } closed) client.Closed(closed);
            var session = recovery is null ? null : await recovery.OpenAsync(ConnectPayload.PidOf(payload.Span), ClientIdentity.Anonymous);
            // Not the engine's sid: that one is a secret.
            var sid = session?.Recovered?.SessionId ?? SessionId.Create();
            if (await client.OpenAsync(supervisor(), sid, session) is not { } refusal) return SocketAdmission.Accept(sid, session?.Pid);
            if (session is not null) recovery!.Release(session);
            return SocketAdmission.Refuse(refusal);
        }

        // The actor speaks first when it is ready, and that it is told next.
        public void Connected(string ns) { }

        public ValueTask EventAsync(SocketPacket packet, IReadOnlyList<ReadOnlyMemory<byte>> attachments) =>
            _client!.TellEventAsync(packet.Event.Name, packet.Event.FirstArgument, packet.AckId);

        public void Disconnected(string ns) => _client!.Closed(CloseReason.ClientClosed, hasLeft: true);

        public void Ready() => Volatile.Read(ref _client)?.Ready();

        public ValueTask SettleAsync() => _client?.SettleAsync() ?? default;

        public void Closed(CloseReason reason)
        {
            Volatile.Write(ref _closed, reason);
            Volatile.Read(ref _client)?.Closed(reason);
        }
    }
}

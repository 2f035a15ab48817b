using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Node.Transports.Engine;
using DeltaStream.Node.Transports.Plain;

namespace DeltaStream.Node.Transports.Gateway;

/// <summary>The gateway over plain WebSockets: a ClientActor for each.</summary>
internal sealed class GatewayPlain(Func<IActorRef> supervisor) : IPlainApplication
{
    private const string InvalidMessage = "invalid_message";

    /// <inheritdoc/>
    public IPlainConnection Open(IConnectionLink link) => new Connection(link, supervisor);

    private sealed class Connection(IConnectionLink link, Func<IActorRef> supervisor) : IPlainConnection
    {
        private readonly GatewayClient _client = new(link, PlainProtocol.Instance);

        public async ValueTask<bool> StartAsync() => await _client.OpenAsync(supervisor(), SessionId.Create()) is null;

        public ValueTask ReceiveAsync(PlainMessage message) =>
            _client.TellEventAsync(message.Event, message.Data, message.Id);

        public ValueTask ReceiveInvalidAsync(string why) => _client.TellAsync(new InvalidClientMessage(InvalidMessage, why));

        public void Ready() => _client.Ready();

        public void Closed(CloseReason reason) => _client.Closed(reason);
    }
}

using DeltaStream.Actors.Clients;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Authentication;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.Plain;

namespace DeltaStream.Node.Transports.Clients;

/// <summary>The clients over plain WebSockets: each accepted client gets a ClientActor.</summary>
internal sealed class PlainClients(ClientServices services) : IPlainApplication
{
    public IPlainConnection Open(IConnectionLink link) => new Connection(link, services);

    private sealed class Connection(IConnectionLink link, ClientServices services) : IPlainConnection
    {
        private readonly ClientTransport _client = new(link, PlainProtocol.Instance, services);

        public bool IsOpen { get; private set; }

        public async ValueTask<bool> StartAsync()
        {
            // The handshake has no token, so the first message must have it.
            if (services.Tokens.NeedsToken && link.BearerToken is null) return true;
            return await OpenAsync(await services.Tokens.CheckAsync(link.BearerToken), message: null);
        }

        public async ValueTask ReceiveAsync(PlainMessage message)
        {
            if (IsOpen) await _client.TellEventAsync(message.Event, message.Data, message.Id);
            else if (message.Event != ClientTransport.Authenticate) RefuseWithoutToken(message.Event);
            else await OpenAsync(await services.Tokens.CheckAsync(BearerToken.Of(message.Data.Span)), message);
        }

        public async ValueTask ReceiveInvalidAsync(string why)
        {
            if (IsOpen) await _client.TellInvalidAsync(new InvalidClientMessage(RequestError.NoEvent(why)));
            else RefuseWithoutToken(null);
        }

        public void TooLarge()
        {
            if (IsOpen) _client.TooLarge();
        }

        // Not a task: a fault goes to the timer, which logs it and closes the connection.
        public void GiveUp() => RefuseWithoutToken(null);

        /// <summary>Accepts the client, or closes the connection.</summary>
        private async ValueTask<bool> OpenAsync(TokenCheck check, PlainMessage? message)
        {
            if (check.Refusal is { } refusal)
            {
                Refuse(refusal, message?.Event);
                return false;
            }

            var identity = check.Identity!;
            var first = message is { } it ? new Authenticated(identity, ClientTransport.Own(it.Id)) : null;
            if (await _client.OpenAsync(RandomId.Create(), identity, first) is null)
            {
                IsOpen = true;
                link.Attach(_client);
                return true;
            }

            link.Close(CloseReason.ServerDraining);
            return false;
        }

        private void RefuseWithoutToken(string? name) => Refuse(services.Tokens.RefuseMissing(), name);

        private void Refuse(TokenRefusal refusal, string? name)
        {
            var error = RequestError.RefusedToken(refusal.Message);
            link.Write([PlainProtocol.Instance.EncodeEvent(ServerEvents.Error, ServerEvents.ErrorData(name is null ? error : error.Of(name)))]);
            link.Close(CloseReason.Unauthorized);
        }
    }
}

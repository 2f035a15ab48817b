using Akka.Actor;
using Barrier = DeltaStream.Actors.Clients.Barrier;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Transports.Clients;

/// <summary>One client between its connection and its ClientActor.</summary>
/// <param name="link">The connection.</param>
/// <param name="protocol">The protocol that the client speaks.</param>
/// <param name="services">What all clients share.</param>
/// <param name="former">The client before it on this connection, which has left the namespace; its messages count on.</param>
internal sealed class ClientTransport(IConnectionLink link, IWireProtocol protocol, ClientServices services, ClientTransport? former = null)
    : IClientTransport, ILinkListener
{
    /// <summary>The event by which a client brings a token.</summary>
    public const string Authenticate = "authenticate";

    /// <summary>The code of a client whose token is not good.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>How much of a client's input may wait in its actor's mailbox before more is read.</summary>
    private const int Window = 32;

    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(10);

    // A client may leave its namespace, and end, before its connection does.
    private readonly ConnectionEnd _end = new();
    private readonly ReadingGate _reading = new();
    private IActorRef? _actor;
    private MessageMeter _meter = former?._meter ?? default;
    private int _untilSettled = Window;

    public string Name => link.Transport;

    public IWireProtocol Protocol => protocol;

    public int MaxBatch => link.MaxBatch;

    public bool Write(IReadOnlyList<Frame> frames) => !_end.IsOver && link.Write(frames);

    public void SetReading(bool on) => _reading.Set(on);

    public void Close(CloseReason reason)
    {
        if (!_end.IsOver) link.Close(reason);
    }

    /// <summary>Asks for the client's actor.</summary>
    /// <param name="sessionId">The public session id.</param>
    /// <param name="identity">What the client's token says.</param>
    /// <param name="first">Its first message, where that brought its token.</param>
    /// <param name="session">Where its rooms are kept; null if they are not.</param>
    /// <param name="moved">What it brings from another node; null for a new client.</param>
    /// <returns>Null where it has one now, else what a refused client is told. <see cref="IConnectionLink.Attach"/> follows.</returns>
    public async ValueTask<string?> OpenAsync(
        string sessionId, ClientIdentity identity, Authenticated? first = null, ClientSession? session = null, MovedClient? moved = null)
    {
        var open = new OpenClient(sessionId, this) { Identity = identity, First = first, Session = session, Moved = moved };
        var asked = services.Supervisor().Ask<object>(open);
        object answer;
        try
        {
            answer = await asked.WaitAsync(OpenTimeout, services.Time);
        }
        catch (TimeoutException)
        {
            _ = EndLateAsync(asked);
            return "Server is busy";
        }
        if (answer is not ClientOpened opened) return (answer as ClientRefused)?.Message ?? "Server is busy";
        _actor = opened.Client;
        return null;
    }

    // The client was told that it is refused: an actor that is opened all the same has no client.
    private static async Task EndLateAsync(Task<object> asked)
    {
        if (await asked is ClientOpened opened) opened.Client.Tell(new TransportClosed(CloseReason.ServerError));
    }

    /// <summary>A copy of an acknowledgement's id, which outlives the message that it came in.</summary>
    public static ReadOnlyMemory<byte>? Own(ReadOnlyMemory<byte>? ackId) =>
        // A null array would become an empty id.
        ackId is { } id ? id.ToArray() : default(ReadOnlyMemory<byte>?);

    /// <summary>Passes an event on, or refuses one too many; completes when more may be read.</summary>
    public ValueTask TellEventAsync(string name, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte>? ackId)
    {
        // The bytes are the connection's only until this returns.
        var id = Own(ackId);
        if (!_meter.TryTake(services.Rate, services.Now)) return RefuseAsync(id);
        return name == Authenticate ? AuthenticateAsync(BearerToken.Of(data.Span), id) : TellAsync(new ClientEvent(name, data.ToArray(), id));
    }

    /// <summary>Passes on that a message was not an event; completes when more may be read.</summary>
    public ValueTask TellInvalidAsync(InvalidClientMessage invalid) =>
        _meter.TryTake(services.Rate, services.Now) ? TellAsync(invalid) : RefuseAsync(null);

    /// <summary>Tells the client that a message was too large, before a WebSocket closes for it.</summary>
    public void TooLarge()
    {
        var error = RequestError.MessageTooLarge;
        if (link.Transport == TransportName.Polling) _actor?.Tell(new InvalidClientMessage(error.Code, error.Message));
        else Write([protocol.EncodeEvent(ServerEvents.Error, ServerEvents.ErrorData(error))]);
    }

    /// <summary>Whether a client that has left may connect again at once; coming back is one of its messages.</summary>
    public async ValueTask<bool> MayComeBackAsync()
    {
        if (_meter.TryTake(services.Rate, services.Now)) return true;
        await PauseForFloodAsync();
        return false;
    }

    private async ValueTask AuthenticateAsync(string? token, ReadOnlyMemory<byte>? ackId)
    {
        var check = await services.Tokens.CheckAsync(token);
        await TellAsync(check.Identity is { } identity
            ? new Authenticated(identity, ackId)
            : new InvalidClientMessage(Unauthorized, check.Refusal!.Message, ackId));
    }

    private async ValueTask RefuseAsync(ReadOnlyMemory<byte>? ackId)
    {
        await TellAsync(new InvalidClientMessage(RequestError.RateLimited.Code, RequestError.RateLimited.Message, ackId));
        await PauseForFloodAsync();
    }

    // A client that keeps sending after rate_limited is not read for one second: its messages wait in its own socket.
    private Task PauseForFloodAsync() => _meter.IsFlood(services.Rate) ? Task.Delay(MessageRate.Pause, services.Time) : Task.CompletedTask;

    private async ValueTask TellAsync(IClientInput input)
    {
        if (!_end.IsOver) _actor?.Tell(input);
        if (--_untilSettled == 0) await SettleAsync();
        await _reading.WaitAsync(_end);
    }

    public void Ready()
    {
        if (!_end.IsOver) _actor?.Tell(TransportReady.Instance);
    }

    public void Ended(CloseReason reason) => End(reason, hasLeft: false);

    /// <summary>The client has left its namespace; its connection stays.</summary>
    public void Leave() => End(CloseReason.ClientClosed, hasLeft: true);

    /// <summary>Completes once the actor has handled everything it was told.</summary>
    public async ValueTask SettleAsync()
    {
        _untilSettled = Window;
        if (_actor is null || _end.IsOver) return;
        try
        {
            // An actor that is gone does not answer: then the client ends, and with it this wait.
            await await Task.WhenAny(_actor.Ask<Barrier>(Barrier.Instance, SettleTimeout), _end.WhenOver());
        }
        catch (AskTimeoutException)
        {
            link.Close(CloseReason.ServerError);
        }
    }

    /// <summary>Lets the client go to another node, once nothing of it is under way here.</summary>
    /// <returns>Everything that the other node has to know; null where it can't go.</returns>
    public async ValueTask<MovedClient?> MoveAsync()
    {
        if (_actor is null || _end.IsOver) return null;
        try
        {
            return (await _actor.Ask<ClientLeft>(LeaveNode.Instance, SettleTimeout)).Client;
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    private void End(CloseReason reason, bool hasLeft)
    {
        if (!_end.TryEnd(reason)) return;
        _end.Announce();
        _actor?.Tell(new TransportClosed(reason, hasLeft));
    }
}

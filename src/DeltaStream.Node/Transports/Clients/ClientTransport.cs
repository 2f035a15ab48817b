using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Transports.Clients;

/// <summary>Connects one client's link with its ClientActor.</summary>
/// <param name="link">The client's connection.</param>
/// <param name="protocol">The client's protocol.</param>
/// <param name="services">The services that all clients share.</param>
/// <param name="former">The earlier client on this connection, which has left the namespace; its messages count against the new client's rate.</param>
internal sealed class ClientTransport(IConnectionLink link, IWireProtocol protocol, ClientServices services, ClientTransport? former = null)
    : IClientTransport, ILinkListener
{
    /// <summary>The event with which a client sends a token.</summary>
    public const string Authenticate = "authenticate";

    /// <summary>The most messages of a client in its actor's mailbox before the node stops reading from it.</summary>
    private const int Window = 32;

    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HandledTimeout = TimeSpan.FromSeconds(10);

    // A client may leave its namespace, and so end, before its connection does.
    private readonly ConnectionEnd _end = new();
    private readonly ReadingGate _reading = new();
    private IActorRef? _actor;
    private readonly ClientUsage _usage = former?._usage ?? new();
    private MessageMeter _meter = former?._meter ?? default;
    private int _untilHandled = Window;

    /// <summary>The refusal of a message beyond the rate.</summary>
    public RequestError RateLimited => RequestError.TooManyMessages(services.Rate.PerSecond, services.Rate.Burst);

    public string Name => link.Transport;

    public IWireProtocol Protocol => protocol;

    public int MaxBatch => link.MaxBatch;

    public bool Write(IReadOnlyList<Frame> frames) => !_end.IsOver && link.Write(frames);

    public void SetReading(bool on) => _reading.Set(on);

    public void Close(CloseReason reason)
    {
        if (!_end.IsOver) link.Close(reason);
    }

    /// <summary>Asks the supervisor for the client's actor.</summary>
    /// <param name="sessionId">The public session id.</param>
    /// <param name="identity">The identity from the client's token.</param>
    /// <param name="first">The client's first message, if it contained the token.</param>
    /// <param name="session">The session in which the client's rooms are kept; null if they are not kept.</param>
    /// <param name="moved">The client's state from another node; null for a new client.</param>
    /// <returns>
    /// Null if the client now has an actor, else the text of the refusal. After null the caller calls <see
    /// cref="IConnectionLink.Attach"/>.
    /// </returns>
    public async ValueTask<string?> OpenAsync(
        string sessionId, ClientIdentity identity, Authenticated? first = null, ClientSession? session = null, MovedClient? moved = null)
    {
        var open = new OpenClient(sessionId, this) { Identity = identity, First = first, Session = session, Moved = moved, Usage = _usage };
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

    // The client has already been refused, so an actor that still opens is closed again. A failure changes nothing for the client.
    private static async Task EndLateAsync(Task<object> asked)
    {
        await ((Task)asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (asked.IsCompletedSuccessfully && asked.Result is ClientOpened opened) opened.Client.Tell(new TransportClosed(CloseReason.ServerError));
    }

    /// <summary>Copies an acknowledgement's id, which must outlive its message.</summary>
    public static ReadOnlyMemory<byte>? Own(ReadOnlyMemory<byte>? ackId) =>
        // A null array would become an empty id.
        ackId is { } id ? id.ToArray() : default(ReadOnlyMemory<byte>?);

    /// <summary>Passes an event to the actor, or refuses it if it is over the rate. Completes when the connection may read on.</summary>
    public ValueTask TellEventAsync(string name, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte>? ackId)
    {
        // The bytes are valid only until this method returns.
        var id = Own(ackId);
        if (!_meter.TryTake(services.Rate, services.Now)) return RefuseAsync(RateLimited.About(name, data.Span), id);
        return name == Authenticate ? AuthenticateAsync(BearerToken.Of(data.Span), id) : TellAsync(new ClientEvent(name, data.ToArray(), id));
    }

    /// <summary>Tells the actor that a message was not an event. Completes when the connection may read on.</summary>
    public ValueTask TellInvalidAsync(InvalidClientMessage invalid) =>
        _meter.TryTake(services.Rate, services.Now) ? TellAsync(invalid) : RefuseAsync(RateLimited, null);

    /// <summary>Tells the client that a message was too large, before the WebSocket closes for that reason.</summary>
    public void TooLarge()
    {
        var error = RequestError.MessageTooLarge(services.MostBytes);
        if (link.Transport == TransportName.Polling) _actor?.Tell(new InvalidClientMessage(error));
        else Write([protocol.EncodeEvent(ServerEvents.Error, ServerEvents.ErrorData(error))]);
    }

    /// <summary>Whether a client that has left may connect again now. The new CONNECT counts as one of its messages.</summary>
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
            : new InvalidClientMessage(RequestError.RefusedToken(check.Refusal!.Message).Of(Authenticate), ackId));
    }

    private async ValueTask RefuseAsync(RequestError error, ReadOnlyMemory<byte>? ackId)
    {
        await TellAsync(new InvalidClientMessage(error, ackId));
        await PauseForFloodAsync();
    }

    // A client that keeps sending after rate_limited is not read for one second: its messages wait in its own socket.
    private Task PauseForFloodAsync() => _meter.IsFlood(services.Rate) ? Task.Delay(MessageRate.Pause, services.Time) : Task.CompletedTask;

    private async ValueTask TellAsync(IClientInput input)
    {
        if (!_end.IsOver) _actor?.Tell(input);
        if (--_untilHandled == 0) await WhenHandledAsync();
        await _reading.WaitAsync(_end);
    }

    public void Ready()
    {
        if (!_end.IsOver) _actor?.Tell(TransportReady.Instance);
    }

    public void Ended(CloseReason reason) => End(reason, endedByClient: false);

    /// <summary>The client leaves its namespace; the connection stays open.</summary>
    public void Leave() => End(CloseReason.ClientClosed, endedByClient: true);

    /// <summary>Completes when the actor has handled all messages so far.</summary>
    public async ValueTask WhenHandledAsync()
    {
        _untilHandled = Window;
        if (_actor is null || _end.IsOver) return;
        try
        {
            // An actor that has stopped does not answer. The client ends then, and so does this wait.
            await await Task.WhenAny(_actor.Ask<WhenHandled>(WhenHandled.Instance, HandledTimeout), _end.WhenOver());
        }
        catch (AskTimeoutException)
        {
            link.Close(CloseReason.ServerError);
        }
    }

    /// <summary>Moves the client to another node, after the actor has finished the client's requests.</summary>
    /// <returns>The state for the other node; null if the client can't move.</returns>
    public async ValueTask<MovedClient?> MoveAsync()
    {
        if (_actor is null || _end.IsOver) return null;
        try
        {
            return (await _actor.Ask<ClientMoved>(MoveClient.Instance, HandledTimeout)).Client;
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    private void End(CloseReason reason, bool endedByClient)
    {
        if (!_end.TryEnd(reason)) return;
        _end.Announce();
        _actor?.Tell(new TransportClosed(reason, endedByClient));
    }
}

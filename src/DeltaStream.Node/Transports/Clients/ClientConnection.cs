using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Admission;
using DeltaStream.Node.Transports.Connections;
using Barrier = DeltaStream.Actors.Clients.Barrier;

namespace DeltaStream.Node.Transports.Clients;

/// <summary>One client between its connection and its ClientActor.</summary>
/// <param name="link">Its connection.</param>
/// <param name="protocol">What it speaks.</param>
/// <param name="gateway">What all clients share.</param>
/// <param name="former">Who was connected here before, and has left; what it has sent counts on.</param>
internal sealed class ClientConnection(IConnectionLink link, IWireProtocol protocol, ClientServices gateway, ClientConnection? former = null) : IClientTransport
{
    /// <summary>The event by which a client brings a token.</summary>
    public const string Authenticate = "authenticate";

    /// <summary>The code of a client whose token is not good.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>How much of a client's input may wait in its actor's mailbox before more is read.</summary>
    private const int Window = 32;

    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly ReadingGate _reading = new();
    private IActorRef? _actor;
    private CloseReason? _closed;
    private TaskCompletionSource? _ended;
    private MessageMeter _meter = former?._meter ?? default;
    private int _untilSettled = Window;

    /// <inheritdoc/>
    public string Name => link.Transport;

    /// <inheritdoc/>
    public IWireProtocol Protocol => protocol;

    /// <inheritdoc/>
    public int MaxBatch => link.MaxBatch;

    /// <inheritdoc/>
    public bool Write(IReadOnlyList<Frame> frames) => _closed is null && link.Write(frames);

    /// <inheritdoc/>
    public void SetReading(bool on) => _reading.Set(on);

    /// <inheritdoc/>
    public void Close(CloseReason reason)
    {
        if (_closed is null) link.Close(reason);
    }

    /// <summary>Asks for the client's actor.</summary>
    /// <param name="sessionId">The public session id.</param>
    /// <param name="identity">Who the client is.</param>
    /// <param name="first">Its first message, where that brought its token.</param>
    /// <param name="session">Where its rooms are kept; null for nowhere.</param>
    /// <param name="moved">What it brings from another node; null where it is new.</param>
    /// <returns>Null where it has one now, else what a refused client is told.</returns>
    public async ValueTask<string?> OpenAsync(
        string sessionId, ClientIdentity identity, Authenticated? first = null, ClientSession? session = null, MovedClient? moved = null)
    {
        var open = new OpenClient(sessionId, this) { Identity = identity, First = first, Session = session, Moved = moved };
        var asked = gateway.Supervisor().Ask<object>(open);
        object answer;
        try
        {
            answer = await asked.WaitAsync(OpenTimeout, gateway.Time);
        }
        catch (TimeoutException)
        {
            _ = EndLateAsync(asked);
            return "Server is busy";
        }
        if (answer is not ClientOpened opened) return (answer as ClientRefused)?.Message ?? "Server is busy";
        CloseReason? closed;
        lock (_gate)
        {
            _actor = opened.Client;
            closed = _closed;
        }
        // The connection ended while it was waited for.
        if (closed is not null) opened.Client.Tell(new TransportClosed(closed));
        return null;
    }

    // The client was told that it is refused: an actor that comes all the same has nobody.
    private static async Task EndLateAsync(Task<object> asked)
    {
        if (await asked is ClientOpened opened) opened.Client.Tell(new TransportClosed(CloseReason.ServerError));
    }

    /// <summary>A copy of an acknowledgement's id, for who outlives the message that it came in.</summary>
    public static ReadOnlyMemory<byte>? Own(ReadOnlyMemory<byte>? ackId) =>
        // A null array would become an empty id.
        ackId is { } id ? id.ToArray() : default(ReadOnlyMemory<byte>?);

    /// <summary>Passes an event on, or refuses one too many; completes when more may be read.</summary>
    public ValueTask TellEventAsync(string name, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte>? ackId)
    {
        // The bytes are the connection's only until this returns.
        var id = Own(ackId);
        if (!_meter.TryTake(gateway.Rate, gateway.Now)) return RefuseAsync(id);
        return name == Authenticate ? AuthenticateAsync(BearerToken.Of(data.Span), id) : TellAsync(new ClientEvent(name, data.ToArray(), id));
    }

    /// <summary>Passes on that something was no event; completes when more may be read.</summary>
    public ValueTask TellInvalidAsync(InvalidClientMessage invalid) =>
        _meter.TryTake(gateway.Rate, gateway.Now) ? TellAsync(invalid) : RefuseAsync(null);

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
        if (_meter.TryTake(gateway.Rate, gateway.Now)) return true;
        await PauseForFloodAsync();
        return false;
    }

    private async ValueTask AuthenticateAsync(string? token, ReadOnlyMemory<byte>? ackId)
    {
        var check = await gateway.Tokens.CheckAsync(token);
        await TellAsync(check.Identity is { } identity
            ? new Authenticated(identity, ackId)
            : new InvalidClientMessage(Unauthorized, check.Refusal!.Message, ackId));
    }

    private async ValueTask RefuseAsync(ReadOnlyMemory<byte>? ackId)
    {
        await TellAsync(new InvalidClientMessage(RequestError.RateLimited.Code, RequestError.RateLimited.Message, ackId));
        await PauseForFloodAsync();
    }

    // Whoever does not heed a refusal is read from no faster than it may send: what it has sent waits in its own socket.
    private Task PauseForFloodAsync() => _meter.IsFlood(gateway.Rate) ? Task.Delay(MessageRate.Pause, gateway.Time) : Task.CompletedTask;

    private async ValueTask TellAsync(IClientInput input)
    {
        if (_closed is null) _actor?.Tell(input);
        if (--_untilSettled == 0) await SettleAsync();
        await _reading.WaitAsync();
    }

    /// <summary>The connection can take a write.</summary>
    public void Ready()
    {
        if (_closed is null) _actor?.Tell(TransportReady.Instance);
    }

    /// <summary>Completes once the actor has handled everything it was told.</summary>
    public async ValueTask SettleAsync()
    {
        _untilSettled = Window;
        Task ended;
        lock (_gate)
        {
            if (_actor is null || _closed is not null) return;
            _ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            ended = _ended.Task;
        }
        try
        {
            // An actor that is gone answers nothing: then the connection ends, and with it this wait.
            await await Task.WhenAny(_actor.Ask<Barrier>(Barrier.Instance, SettleTimeout), ended);
        }
        catch (AskTimeoutException)
        {
            link.Close(CloseReason.ServerError);
        }
    }

    /// <summary>Lets the client go to another node, once nothing of it is under way here.</summary>
    /// <returns>All that is to be known of it; null where it can't go.</returns>
    public async ValueTask<MovedClient?> LeaveAsync()
    {
        if (_actor is null || _closed is not null) return null;
        try
        {
            return (await _actor.Ask<ClientLeft>(LeaveNode.Instance, SettleTimeout)).Client;
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    /// <summary>The connection is over.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="hasLeft">Whether the client has said goodbye.</param>
    public void Closed(CloseReason reason, bool hasLeft = false)
    {
        IActorRef? actor;
        lock (_gate)
        {
            if (_closed is not null) return;
            _closed = reason;
            actor = _actor;
            _ended?.TrySetResult();
        }
        _reading.End();
        actor?.Tell(new TransportClosed(reason, hasLeft));
    }
}

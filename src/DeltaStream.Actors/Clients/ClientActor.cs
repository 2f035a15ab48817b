using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Dispatch;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Dispatch;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Topics;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// One connection: subscribes to the topics of the client's rooms, sends each update once, and conflates what the client
/// does not take in time. Its decisions are <see cref="RequestReader"/>'s, <see cref="DeliveryLedger"/>'s and
/// <see cref="Outbox"/>'s; this is where they meet the topics, the cache and the transport.
/// </summary>
public sealed partial class ClientActor : UntypedActor, IRequiresMessageQueue<IdleMessageQueue>
{
    private readonly ClientContext _context;
    private readonly string _sessionId;
    private readonly IClientTransport _transport;
    private readonly DeliveryLedger _ledger = new();
    private readonly ActorCell _cell;
    private List<PendingJoin>? _joins;
    private Subscribe? _opening;
    private FeedStatus _feed;
    private CloseReason? _reason;
    private int _lastToken;

    /// <summary>Makes the actor of a connection.</summary>
    public ClientActor(ClientContext context, OpenClient open, FeedStatus feed)
    {
        _context = context;
        _sessionId = open.SessionId;
        _transport = open.Transport;
        _identity = open.Identity;
        _session = open.Session;
        _moved = open.Moved;
        _countedAs = _transport.Name;
        _feed = feed;
        _outbox = new(context.Settings.ControlLaneEntries, context.Settings.ControlLaneBytes);
        _cell = (ActorCell)Context;
    }

    /// <inheritdoc/>
    protected override void PreStart() => _context.Metrics.Opened(_countedAs);

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _stuckCheck?.Cancel();
        if (_identity.ExpiresAt is not null) _context.Tokens.Tell(ForgetToken.Instance, Self);
        foreach (var joined in _ledger.Rooms)
        {
            if (joined.Room.Kind != RoomKind.General) _context.Cache.Tell(new LeaveRoom(joined.Room), Self);
        }

        if (_session is not null) EndSession(_session);
        // Without a reason the actor has failed: the connection must not outlive it.
        if (_reason is null) _transport.Close(_reason = CloseReason.ServerError);
        _context.Metrics.Closed(_countedAs, _reason.Name);
        Context.Parent.Tell(new ClientEnded(_sessionId, _reason), Self);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RoomEvent { Room: var room, Update: var update }:
                if (_ledger.Receive(room, update)) Send(update);
                else _context.Metrics.Conflated(_ledger.TakeOvertaken());
                break;
            case Greeting:
                Greet();
                break;
            case TransportReady:
                OnReady();
                break;
            case ClientEvent { Event: var name, Data: var data, AckId: var ackId }:
                OnClientEvent(name, data, ackId);
                break;
            case InvalidClientMessage invalid:
                Refuse(new(invalid.Code, invalid.Message), invalid.AckId);
                break;
            case Barrier:
                Flush();
                Sender.Tell(Barrier.Instance);
                break;
            case TransportClosed closed:
                _hasLeft = closed.HasLeft;
                End(closed.Reason);
                return;
            case CloseClient close:
                _transport.Close(close.Reason);
                End(close.Reason);
                return;
            case FeedStatusChanged changed:
                OnFeedStatus(changed.Status);
                break;
            case Authenticated authenticated:
                OnAuthenticated(authenticated.Identity, authenticated.AckId);
                break;
            case TokenDue due:
                OnTokenDue(due.ExpiresAt);
                break;
            case LeaveNode:
                _leaveFor = Sender;
                break;
            case PassedOn passed:
                OnPassedOn(passed.Token);
                break;
            case TellSession:
                TellSessionTo(Sender);
                break;
            case StuckCheck check:
                OnStuckCheck(check);
                break;
            case SubscribeAck ack:
                OnSubscribed(ack.Subscribe);
                break;
            case UnsubscribeAck:
                break;
            case ICacheReply reply:
                OnCacheReply(reply);
                break;
            default:
                Unhandled(message);
                break;
        }

        FlushWhenIdle();
        if (_leaveFor is not null) LeaveIfIdle();
    }

    private void Greet()
    {
        AwaitExpiry();
        if (_moved is not null)
        {
            Arrive(_moved);
            return;
        }

        var rooms = FirstRooms();
        Answer(ServerEvents.Connected, ServerEvents.ConnectedData(_sessionId, _context.Time.GetUtcNow(), rooms, _context.Status.IsSimulated));
        if (_feed.State != FeedState.Live) Answer(ServerEvents.FeedStatus, ServerEvents.FeedStatusData(_feed));
        foreach (var room in rooms)
        {
            _ledger.Join(room);
            var join = StartJoin(room);
            join.IsRecovered = _session?.Recovered is not null;
            Enter(join);
            if (room.Kind == RoomKind.General) _opening = join.Subscription;
        }

        NoteRooms();
    }

    private void OnClientEvent(string name, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte>? ackId)
    {
        var error = RequestReader.Read(name, data.Span, out var request);
        if (error is not null)
        {
            Refuse(error, ackId);
            return;
        }

        switch (request.Kind)
        {
            case ClientRequestKind.Subscribe:
                Join(request.Room!, ackId);
                break;
            case ClientRequestKind.Unsubscribe:
                Leave(request.Room!, ackId);
                break;
            default:
                _productsAsked++;
                _context.Cache.Tell(new GetProducts(ackId), Self);
                break;
        }
    }

    private void OnFeedStatus(FeedStatus status)
    {
        if (status.State == _feed.State) return;
        _feed = status;
        Answer(ServerEvents.FeedStatus, ServerEvents.FeedStatusData(status));
    }

    private void Refuse(RequestError error, ReadOnlyMemory<byte>? ackId)
    {
        _context.Metrics.Refused(error.Code);
        Answer(ServerEvents.Error, ServerEvents.ErrorData(error));
        Acknowledge(ackId, error, null);
    }

    private void Answer(string name, ReadOnlySpan<byte> data) => Add(_transport.Protocol.EncodeEvent(name, data));

    private void Acknowledge(ReadOnlyMemory<byte>? ackId, RequestError? error, Room? room)
    {
        if (ackId is not { } id) return;
        Add(_transport.Protocol.EncodeAck(id.Span, error is null ? ServerEvents.OkAck(room) : ServerEvents.ErrorAck(error)));
    }

    private void Add(Frame answer)
    {
        _outbox.Add(answer);
        // One message may have many answers. Who reads them is no slow consumer, however many there are.
        if (_outbox.IsFilling && CanWrite) Flush();
        if (_outbox.IsOverfull) CloseSlowConsumer();
        else if (_outbox.IsFilling) PauseReading();
    }

    private void PauseReading()
    {
        if (_isPaused) return;
        _isPaused = true;
        _transport.SetReading(false);
    }

    private void End(CloseReason reason)
    {
        _reason ??= reason;
        Context.Stop(Self);
    }
}

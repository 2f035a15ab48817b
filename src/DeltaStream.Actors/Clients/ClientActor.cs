using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Dispatch;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Dispatch;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// One client: subscribes to the topics of the client's rooms, sends each update once, and conflates updates that the client
/// can't take in time. Plain types make the decisions: <see cref="ClientRequests"/>, <see cref="ClientRooms"/>, <see
/// cref="ClientJoins"/>, <see cref="ClientConnection"/>, <see cref="TokenLife"/>. The actor has three states. Connected is the
/// normal one. Leaving waits until nothing is in flight. Closing, after the token has expired, waits until the last answers are
/// sent.
/// </summary>
internal sealed class ClientActor : UntypedActor, IRequiresMessageQueue<IdleMessageQueue>
{
    // A client that has stopped reading may have megabytes of chains waiting.
    private const int MostBytesCarried = 256 * 1024;

    // How long a client that can't take a write now may take to receive its last answers.
    private static readonly TimeSpan LastAnswersTimeout = TimeSpan.FromSeconds(2);

    private readonly ClientContext _context;
    private readonly string _sessionId;
    private readonly ClientConnection _connection;
    private readonly ClientUpdates _updates;
    private readonly RoomStatuses _statuses;
    private readonly ClientRooms _rooms = new();
    private readonly ClientJoins _joins;
    private readonly RoomRequests _roomRequests;
    private readonly ClientRequests _requests;
    private readonly TokenLife _token;
    private readonly SessionReporter _session;
    private readonly ActorCell _cell;
    private FeedStatus _feed;
    private ICancelable? _stuckCheck;

    public ClientActor(ClientContext context, OpenClient open, FeedStatus feed)
    {
        (_context, _sessionId, _feed) = (context, open.SessionId, feed);
        _connection = new(context, open.Transport, open.Usage);
        _updates = new(context, Self, _connection);
        _statuses = new(context, Self, _connection, _updates);
        _token = new(context, Self, _connection, open.Identity);
        _session = new(open.SessionId, open.Session, context.Sessions);
        _joins = new(context, _sessionId, Self, _rooms, _connection, _updates, _statuses, _session);
        _roomRequests = new(context, Self, _rooms, _joins, _connection, _updates, _statuses, _session);
        _requests = new(context, Self, _joins, _roomRequests, _connection, _updates, _statuses);
        _cell = (ActorCell)Context;
    }

    protected override void PreStart() => _connection.Opened();

    protected override void PostStop()
    {
        _stuckCheck?.Cancel();
        _token.Forget();
        _connection.Stopped();
        _session.Ended(_rooms, _connection, Self); // It is stored with the rooms' views, which end next.
        _roomRequests.LeaveAll();
        Context.Parent.Tell(new ClientEnded(_sessionId, _connection.End!), Self);
    }

    protected override void OnReceive(object message)
    {
        if (message is MoveClient) BeginLeaving(Sender);
        else Handle(message);
        GoOn();
    }

    // In OnReceive itself the compiler would allocate the closure for each update.
    private void BeginLeaving(IActorRef to)
    {
        Become(next => Leaving(next, to));
        LeaveIfIdle(to);
    }

    private void Leaving(object message, IActorRef to)
    {
        OnReceive(message);
        LeaveIfIdle(to);
    }

    private void Closing(object message)
    {
        if (message is TransportReady or WhenHandled or TransportClosed or CloseClient) Handle(message);
        _connection.Flush();
        if (_connection.IsOver) Context.Stop(Self);
    }

    private void Handle(object message)
    {
        switch (message)
        {
            case RoomEvent roomEvent:
                Send(_rooms.Receive(roomEvent));
                break;
            case MissedUpdate missed:
                Send(_rooms.Receive(missed));
                break;
            case Greeting { Moved: var moved }:
                Greet(moved);
                break;
            case RateDue:
                _updates.OnRateDue();
                break;
            case RoomStatusChanged changed:
                _statuses.Changed(changed.Room);
                break;
            case TransportReady:
                _connection.OnReady();
                break;
            case ClientEvent request:
                _requests.Handle(request, _token.Identity.Rooms);
                break;
            case InvalidClientMessage invalid:
                _connection.Refuse(invalid.Error, invalid.AckId);
                break;
            case WhenHandled:
                _connection.Flush();
                Sender.Tell(WhenHandled.Instance);
                break;
            case TransportClosed closed:
                _connection.Ended(closed.Reason, closed.EndedByClient);
                break;
            case CloseClient close:
                _connection.Close(close.Reason);
                break;
            case FeedStatusHeld { Status: var status }:
                OnFeedStatus(status, _feed.State);
                break;
            case Authenticated authenticated:
                // A renewed token changes nothing for the rooms that it covers.
                if (_token.Renew(authenticated)) _joins.LeaveUncovered(_token.Identity);
                break;
            case TokenDue due:
                OnTokenDue(due);
                break;
            case GetSession:
                Sender.Tell(_session.Tell(_rooms), Self);
                break;
            case StuckCheck { Write: var write }:
                _stuckCheck = null;
                if (!_connection.IsReady && write == _connection.Writes) _connection.CloseSlowConsumer();
                break;
            case SubscribeAck ack:
                _joins.OnSubscribed(ack.Subscribe);
                break;
            case UnsubscribeAck:
                break;
            case ProductList list:
                _requests.OnProducts(list, _token.Identity.Rooms);
                break;
            case ExpiryList list:
                _requests.OnExpiries(list, _token.Identity.Rooms);
                break;
            case ICacheMessage cached:
                _joins.OnCacheMessage(cached);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>Runs after each message: stops the actor if the connection is over, or starts the next write.</summary>
    private void GoOn()
    {
        if (_statuses.IsWaiting) _statuses.Flush();
        if (_roomRequests.IsWaiting) _roomRequests.GoOn(_token.Identity.Rooms);
        if (_connection.IsOver) Context.Stop(Self);
        if (_connection.IsOver) return;
        _connection.FlushWhenIdle(!_cell.HasMessages);
        if (_connection.MayRead && !_joins.IsAskedTooOften && !_roomRequests.IsAskedTooOften) _connection.ResumeReading();
        // One check at a time saves a timer per write: it closes the client only if the write that it was set for is stuck.
        if (!_connection.IsReady && _connection.Writes > 0)
            _stuckCheck ??= Context.System.Scheduler.ScheduleTellOnceCancelable(_context.Settings.StuckWriteTimeout, Self, new StuckCheck(_connection.Writes), Self);
    }

    private void Greet(MovedClient? moved)
    {
        _token.Watch();
        if (moved is not null)
        {
            foreach (var answer in moved.Answers) _connection.Outbox.Add(answer);
            foreach (var update in moved.Updates) _connection.Outbox.Add(update);
            OnFeedStatus(_feed, moved.Feed);
            _rooms.Arrive(moved.Rooms);
            if (moved.Views is not null) _roomRequests.Arrive(moved.Views);
        }
        else
        {
            var rooms = (_session.Recovered ?? [Room.General]).Where(_token.Identity.Rooms.Covers).Distinct().Take(_context.Settings.MaxSubscriptions).ToList();
            _connection.Answer(ServerEvents.Connected, ServerEvents.ConnectedData(_sessionId, _context.Time.GetUtcNow(), rooms, _context.Status.IsSimulated));
            OnFeedStatus(_feed, FeedState.Live);
            foreach (var room in rooms)
            {
                _rooms.Enter(room, _session.Recovered is null ? JoinPurpose.OnConnect : JoinPurpose.Recovered);
                _roomRequests.Restore(room, _session.ViewOf(room));
            }

            // The client must not miss an update after `connected`, so it is held until `general` is subscribed to.
            _connection.IsHeld = rooms.Contains(Room.General);
        }

        _joins.EnterAll();
    }

    private void Send(MarketUpdate? update)
    {
        if (update is not null) _updates.Send(update, !_cell.HasMessages);
        else _context.Metrics.Conflated(_rooms.TakeSuperseded());
    }

    private void OnFeedStatus(FeedStatus status, FeedState told)
    {
        _feed = status;
        if (status.State != told) _connection.Answer(ServerEvents.FeedStatus, ServerEvents.FeedStatusData(status));
    }

    private void OnTokenDue(TokenDue due)
    {
        if (!_token.HasExpired(due)) return;
        _connection.CloseAfterAnswers(CloseReason.TokenExpired);
        // This timer replaces the check for a stuck write, which would keep a client that never reads for longer.
        _stuckCheck?.Cancel();
        _stuckCheck = Context.System.Scheduler.ScheduleTellOnceCancelable(LastAnswersTimeout, Self, new CloseClient(CloseReason.TokenExpired), Self);
        Become(Closing);
    }

    /// <summary>Moves the client to another node unless something is in flight that can't move, which takes a second at most.</summary>
    private void LeaveIfIdle(IActorRef to)
    {
        if (_connection.IsOver || _connection.IsHeld || _connection.CloseReasonAfterAnswers is not null || _requests.IsWaiting || _roomRequests.IsWaiting || _rooms.Joining.Any()) return;
        var waiting = _connection.Outbox.TakeAll(MostBytesCarried);
        var (pid, isClaimed, holder) = _session.Session is { } it ? (it.Pid, it.IsClaimed, _context.HolderOf(it)) : (null, false, null);
        var views = _roomRequests.Move(waiting.AfterUpdates);
        var rooms = _rooms.Move(_context.Order, waiting.StayingBehind);
        to.Tell(new ClientMoved(new(_sessionId, _token.Identity, pid, isClaimed, holder, _feed.State, rooms, waiting.Answers, waiting.Updates) { Views = views }));
        _connection.Ended(CloseReason.Moved);
        GoOn();
    }

    private sealed record StuckCheck(long Write) : INoSerializationVerificationNeeded;
}

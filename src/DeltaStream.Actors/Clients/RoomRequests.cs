using Akka.Actor;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Views;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// Carries out a client's requests about several rooms, one after another. While one is under way, later requests about rooms
/// wait, so that every answer comes in the order of the requests. A client without such requests never waits here.
/// </summary>
internal sealed class RoomRequests(ClientContext context, IActorRef self, ClientRooms rooms, ClientJoins joins, ClientConnection connection, ClientUpdates updates, RoomStatuses statuses, SessionReporter session)
{
    // A client with more waiting requests is not read from.
    private const int MostWaiting = 16;

    private RoomsRequest? _current;
    private Queue<RoomsRequest>? _waiting;

    /// <summary>True while a request is under way or waits.</summary>
    public bool IsWaiting => _current is not null || _waiting is not null;

    public bool IsAskedTooOften => _waiting?.Count >= MostWaiting;

    /// <summary>True if a request about one whole document goes this way too: others wait before it, or it ends a view.</summary>
    public bool MustQueue(Room room) => IsWaiting || rooms.Find(room)?.Viewed is not null;

    /// <summary>Carries out a request now, or after those before it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="grant">The rooms that the client may join.</param>
    public void Handle(RoomsRequest request, RoomGrant grant)
    {
        (_waiting ??= new()).Enqueue(request);
        if (IsAskedTooOften) connection.PauseReading();
        GoOn(grant);
    }

    /// <summary>Goes on as far as possible. Runs after each message while <see cref="IsWaiting"/>.</summary>
    public void GoOn(RoomGrant grant)
    {
        while (!connection.IsOver)
        {
            if (_current is not null)
            {
                if (!IsReady(_current)) return;
                Answer(_current);
                End();
            }

            if (_waiting is null || !MayBegin(_waiting.Peek())) return;
            var next = _waiting.Dequeue();
            if (_waiting.Count == 0) _waiting = null;
            Begin(next, grant);
        }
    }

    /// <summary>Leaves all rooms, for a client that has gone.</summary>
    public void LeaveAll()
    {
        End();
        joins.LeaveAll();
    }

    /// <summary>Gives a room its view back, for a client that came back or from another node.</summary>
    /// <param name="room">The room.</param>
    /// <param name="text">The view as text; null for none.</param>
    /// <param name="told">The room's status that the client was told last; null if it does not know it any more.</param>
    public void Restore(Room room, string? text, RoomState? told = null)
    {
        if (text is null || StoredView.Read(text) is not { } view || rooms.Find(room) is not { } joined) return;
        SetView(joined, view);
        if (view.Status) statuses.Expect(room, told);
    }

    /// <summary>What moves along with the client beyond whole documents; null for nothing.</summary>
    public MovedViews? Move(IReadOnlyList<Frame> afterUpdates)
    {
        var moved = new MovedViews { IsPaused = updates.IsPaused, Held = updates.TakeHeld(), AnswersAfterUpdates = afterUpdates, Rooms = connection.Views?.Move(statuses) ?? [] };
        return moved.IsPaused || moved.Held.Count > 0 || moved.AnswersAfterUpdates.Count > 0 || moved.Rooms.Count > 0 ? moved : null;
    }

    /// <summary>Goes on as on the client's former node.</summary>
    public void Arrive(MovedViews moved)
    {
        foreach (var it in moved.Rooms)
        {
            Restore(it.Room, it.View, it.Told == 0 ? null : (RoomState)it.Told);
            connection.Views?.Arrive(it);
        }

        updates.Arrive(moved);
    }

    private void End()
    {
        foreach (var entry in _current?.Entries ?? [])
        {
            if (entry.Reserved is not { } shape) continue;
            context.Order.Views.EndReservation(shape);
            entry.Reserved = null;
        }

        _current = null;
    }

    private static bool IsReady(RoomsRequest request)
    {
        foreach (var entry in request.Entries)
        {
            if (entry.IsGranted && entry.Joined is not null && entry.Ready is null) return false;
        }

        return true;
    }

    /// <summary>A join that is under way is answered first, and so are the answers to another request for several rooms.</summary>
    private bool MayBegin(RoomsRequest request)
    {
        // No further message may come once they are sent, so they are sent now if they can be.
        if (connection.Outbox.HasGroup) connection.Flush();
        return !connection.Outbox.HasGroup && (request.Kind == ClientRequestKind.Unsubscribe || !request.Entries.Any(IsJoining));
    }

    private bool IsJoining(EntryAnswer entry) => entry.Room is { } room && rooms.Find(room)?.Join is not null;

    private void Begin(RoomsRequest request, RoomGrant grant)
    {
        if (request is { IsArray: false, Kind: ClientRequestKind.Unsubscribe }) joins.Leave(request.Entries[0].Room!, request.AckId);
        else if (request.Kind == ClientRequestKind.Unsubscribe) Unsubscribe(request);
        else Subscribe(request, grant);
    }

    private void Unsubscribe(RoomsRequest request)
    {
        foreach (var entry in request.Entries.Where(static entry => entry.IsGranted)) joins.LeaveSilently(entry.Room!);
        AnswerTogether(request, []);
    }

    private void Subscribe(RoomsRequest request, RoomGrant grant)
    {
        _current = request;
        if (request.Replaces) LeaveOthers(request);
        var views = new ViewLimits(context, rooms.Rooms);
        foreach (var entry in request.Entries.Where(static entry => entry.IsGranted))
        {
            var room = entry.Room!;
            entry.Error = !grant.Covers(room) ? RequestError.Unauthorized(room)
                : rooms.Find(room) is null && rooms.Count >= context.Settings.MaxSubscriptions ? RequestError.TooManySubscriptions(context.Settings.MaxSubscriptions)
                : views.Grant(room, entry.View);
            if (!entry.IsGranted) continue;
            if (entry.View is { Shape: { IsMade: true } shape }) entry.Reserved = shape;
            entry.Joined = joins.Begin(room, request);
        }

        session.Changed(self);
    }

    private void LeaveOthers(RoomsRequest request)
    {
        var named = request.Entries.Select(static entry => entry.Room).OfType<Room>().Append(Room.General).ToHashSet();
        var others = rooms.Rooms.Select(static joined => joined.Room).Where(room => !named.Contains(room)).ToList();
        foreach (var room in others) joins.LeaveSilently(room);
        request.Left = [.. others.Select(static room => room.Name)];
    }

    private void Answer(RoomsRequest request)
    {
        // Answers overtake updates: see ClientJoins.CompleteJoin.
        connection.Flush();
        var values = new List<(MarketUpdate, EntryAnswer)>();
        foreach (var entry in request.Entries.Where(static entry => entry.IsGranted))
        {
            var snapshot = entry.Ready!;
            SetView(entry.Joined!, entry.View);
            values.AddRange(rooms.CompleteJoin(entry.Joined!, snapshot.View).Select(update => (update, entry)));
            connection.Views?.TakeOver(entry.Joined!);
            entry.Values = snapshot.IsComplete ? entry.Joined!.SnapshotValues : null;
            joins.LogSubscribed(entry.Room!);
        }

        AnswerTogether(request, values);
        session.Changed(self);
    }

    private void SetView(JoinedRoom joined, View? view)
    {
        if (view is not null) connection.Views ??= new(context, rooms);
        connection.Views?.Set(joined, view);
        if (view?.MaxRate is not null) updates.UseRates();
    }

    private Frame? StatusOf(EntryAnswer entry)
    {
        if (entry is { IsGranted: true, Joined: not null, View.Status: true }) return statuses.Begin(entry.Room!);
        if (entry is { IsGranted: true, Joined: not null }) statuses.End(entry.Room!);
        return null;
    }

    private void AnswerTogether(RoomsRequest request, List<(MarketUpdate Update, EntryAnswer Entry)> values)
    {
        var answers = new RoomAnswers(connection.Protocol, request);
        if (request.IsArray) answers.Acknowledge();
        foreach (var entry in request.Entries)
        {
            if (entry.Error is { } error) context.Metrics.Refused(error.Code);
            answers.Add(entry, StatusOf(entry));
        }

        connection.AnswerTogether(answers.Frames);
        foreach (var (update, entry) in values)
        {
            connection.Views?.Reset(update, entry.Have);
            updates.Enqueue(update, isRequested: true, isSnapshot: true);
        }

        if (request.Kind == ClientRequestKind.Subscribe && (request.IsArray || request.Entries[0] is { IsGranted: true, View: not null })) connection.AnswerAfterUpdates(answers.Synced());
    }
}

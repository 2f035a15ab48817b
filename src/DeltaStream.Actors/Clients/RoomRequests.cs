using Akka.Actor;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// Carries out a client's requests about several rooms, one after another. While one is under way, later requests about rooms
/// wait, so that every answer comes in the order of the requests. A client without such requests never waits here.
/// </summary>
internal sealed class RoomRequests(ClientContext context, IActorRef self, ClientRooms rooms, ClientJoins joins, ClientConnection connection, ClientUpdates updates, SessionNotes session)
{
    // A client with more waiting requests is not read from.
    private const int MostWaiting = 16;

    private RoomsRequest? _current;
    private Queue<RoomsRequest>? _waiting;

    /// <summary>True while a request is under way or waits.</summary>
    public bool IsWaiting => _current is not null || _waiting is not null;

    public bool IsAskedTooOften => _waiting?.Count >= MostWaiting;

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
                _current = null;
            }

            if (_waiting is null || !MayBegin(_waiting.Peek())) return;
            var next = _waiting.Dequeue();
            if (_waiting.Count == 0) _waiting = null;
            Begin(next, grant);
        }
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
    private bool MayBegin(RoomsRequest request) =>
        !connection.Outbox.HasGroup && (request.Kind == ClientRequestKind.Unsubscribe || !request.Entries.Any(IsJoining));

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
        foreach (var entry in request.Entries.Where(static entry => entry.IsGranted))
        {
            var room = entry.Room!;
            if (!grant.Covers(room)) entry.Error = RequestError.Unauthorized(room);
            else if (rooms.Find(room) is null && rooms.Count >= context.Settings.MaxSubscriptions)
                entry.Error = RequestError.TooManySubscriptions(context.Settings.MaxSubscriptions);
            else entry.Joined = joins.Begin(room, request);
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
        var values = new List<MarketUpdate>();
        foreach (var entry in request.Entries.Where(static entry => entry.IsGranted))
        {
            var snapshot = entry.Ready!;
            values.AddRange(rooms.CompleteJoin(entry.Joined!, snapshot.View));
            entry.Values = snapshot.IsComplete ? entry.Joined!.Known : null;
            joins.LogSubscribed(entry.Room!);
        }

        AnswerTogether(request, values);
    }

    private void AnswerTogether(RoomsRequest request, List<MarketUpdate> values)
    {
        var answers = new RoomAnswers(connection.Protocol, request);
        if (request.IsArray) answers.Acknowledge();
        foreach (var entry in request.Entries)
        {
            if (entry.Error is { } error) context.Metrics.Refused(error.Code);
            answers.Add(entry);
        }

        connection.AnswerTogether(answers.Frames);
        foreach (var update in values) updates.Enqueue(update, isRequested: true, isSnapshot: true);
        if (request is { IsArray: true, Kind: ClientRequestKind.Subscribe }) connection.AnswerAfterUpdates(answers.Synced());
    }
}

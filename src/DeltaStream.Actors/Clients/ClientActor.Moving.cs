using Akka.Actor;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>A client that upgrades on another node goes on there: it leaves when nothing is under way, and takes all with it.</summary>
public sealed partial class ClientActor
{
    private MovedClient? _moved;
    private IActorRef? _leaveFor;
    private int _productsAsked;

    private void LeaveIfIdle()
    {
        // A snapshot or an answer that is still awaited could not follow the client. That is a second at most.
        if (_joins is { Count: > 0 } || _productsAsked > 0 || _opening is not null || _reason is not null) return;
        var answers = new List<Frame>();
        var updates = new List<MarketUpdate>();
        while (_outbox.TryTake(out var answer, out var update))
        {
            if (answer is not null) answers.Add(answer);
            else updates.Add(update!);
        }

        var rooms = _ledger.Rooms.Select(joined => joined.Move()).ToArray();
        var left = _ledger.Left;
        _leaveFor!.Tell(new ClientLeft(new(
            _sessionId, _identity, _session?.Pid, _session?.IsClaimed ?? false, _session is null ? null : _context.HolderOf(_session), _feed.State,
            left.Narrow, left.Wide, rooms, answers, updates)));
        _leaveFor = null;
        End(CloseReason.Moved);
    }

    /// <summary>Goes on where the other node stopped: what waited there goes out first, then whatever is new since.</summary>
    private void Arrive(MovedClient moved)
    {
        _moved = null;
        foreach (var answer in moved.Answers) _outbox.Add(answer);
        foreach (var update in moved.Updates) _outbox.Add(update);
        if (_feed.State != moved.Feed) Answer(ServerEvents.FeedStatus, ServerEvents.FeedStatusData(_feed));
        _ledger.Left = (moved.NarrowLeft, moved.WideLeft);
        foreach (var room in moved.Rooms)
        {
            _ledger.Restore(room);
            var join = StartJoin(room.Room);
            join.IsRecovered = true;
            Enter(join);
        }

        NoteRooms();
    }
}

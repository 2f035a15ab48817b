using Akka.Actor;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>A client that upgrades on another node goes on there: it leaves when nothing is under way, and takes all with it.</summary>
public sealed partial class ClientActor
{
    // No join has this token, for theirs begin at 1.
    private const int NoLastWord = 0;

    // Each takes as long as a message takes to the cache and back; it would have to lag behind the client every time.
    private const int MostLastWordRounds = 8;

    // What waits for a client that has stopped reading may be megabytes of chains. The next node has those as well.
    private const int MostBytesCarried = 256 * 1024;

    private MovedClient? _moved;
    private IActorRef? _leaveFor;
    private int _productsAsked;
    private int _lastWordToken = NoLastWord;
    private int _lastWordsAwaited;
    private int _lastWordRounds;
    private bool _hasAskedAgain;

    private void LeaveIfIdle()
    {
        // A snapshot or an answer that is still awaited could not follow the client. That is a second at most.
        if (_joins is { Count: > 0 } || _productsAsked > 0 || _opening is not null || _reason is not null)
        {
            _lastWordToken = NoLastWord;
            return;
        }

        if (!HasHadLastWords()) return;
        var answers = new List<Frame>();
        var updates = new List<MarketUpdate>();
        var owed = new OwedChains();
        var carried = 0;
        while (_outbox.TryTake(out var answer, out var update))
        {
            if (answer is not null) answers.Add(answer);
            else if (update!.Event == MarketEvent.ChainUpdate && (carried += update.Payload.Length) > MostBytesCarried) owed.Add(update);
            else updates.Add(update);
        }

        var rooms = _ledger.Rooms.Select(joined => joined.Move(owed)).ToArray();
        var left = _ledger.Left;
        _leaveFor!.Tell(new ClientLeft(new(
            _sessionId, _identity, _session?.Pid, _session?.IsClaimed ?? false, _session is null ? null : _context.HolderOf(_session), _feed.State,
            [.. left.Narrow.Select(it => (it.Item1, owed.HadOf(it.Item1, it.Item2)))], left.Wide, rooms, answers, updates) { Owed = owed.All }));
        _leaveFor = null;
        End(CloseReason.Moved);
    }

    /// <summary>
    /// Whether all that the cache offers to the client has come. Of a wide room the client takes one position along, and the next
    /// node believes that it has had everything until there; what the topic did not bring, or too late, is on its way from the
    /// cache: directly, or by the supervisor.
    /// </summary>
    private bool HasHadLastWords()
    {
        if (_lastWordToken != NoLastWord) return _lastWordsAwaited == 0;
        if (_lastWordRounds++ == MostLastWordRounds) return true;
        _hasAskedAgain = false;
        _lastWordsAwaited = 0;
        foreach (var joined in _ledger.Rooms)
        {
            if (joined.Room.SingleKey is not null) continue;
            if (_lastWordsAwaited++ == 0) _lastWordToken = ++_lastToken;
            _context.Cache.Tell(new GetSnapshot(joined.Room, _lastWordToken, joined.Position, Position.None, WithValues: false, IsLast: true), Self);
        }

        // The supervisor's.
        if (_lastWordsAwaited > 0) _lastWordsAwaited++;
        return _lastWordsAwaited == 0;
    }

    private void OnLastWord()
    {
        if (--_lastWordsAwaited == 1) Context.Parent.Tell(new PassedOn(_lastWordToken), Self);
    }

    private void OnPassedOn(int token)
    {
        if (token != _lastWordToken) return;
        _lastWordsAwaited = 0;
        // What was asked for again meanwhile may still be under way.
        if (_hasAskedAgain) _lastWordToken = NoLastWord;
    }

    /// <summary>Goes on where the other node stopped: what waited there goes out first, then whatever is new since.</summary>
    private void Arrive(MovedClient moved)
    {
        _moved = null;
        foreach (var answer in moved.Answers) _outbox.Add(answer);
        foreach (var update in moved.Updates) _outbox.Add(update);
        if (_feed.State != moved.Feed) Answer(ServerEvents.FeedStatus, ServerEvents.FeedStatusData(_feed));
        _ledger.Left = (moved.NarrowLeft, moved.WideLeft);
        var owed = OwedChains.Of(moved.Owed);
        foreach (var room in moved.Rooms)
        {
            _ledger.Restore(room, owed);
            var join = StartJoin(room.Room);
            join.IsRecovered = true;
            Enter(join);
        }

        NoteRooms();
    }
}

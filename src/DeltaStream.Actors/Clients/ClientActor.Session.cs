using Akka.Actor;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;

namespace DeltaStream.Actors.Clients;

/// <summary>What is kept of the client for the case that it loses its connection, and what it finds again.</summary>
public sealed partial class ClientActor
{
    private readonly ClientSession? _session;
    private bool _isNoted;
    private bool _hasLeft;

    /// <summary>The rooms that the client was in and still may be in; <c>general</c> where it is new.</summary>
    private List<Room> FirstRooms()
    {
        IEnumerable<Room> rooms = _session?.Recovered is { } recovered ? recovered.Rooms : [Room.General];
        return [.. rooms.Where(_identity.Rooms.Covers).Distinct().Take(_context.Settings.MaxSubscriptions)];
    }

    /// <summary>The rooms have changed. The keeper asks for them when it writes: many changes at once are told once.</summary>
    private void NoteRooms()
    {
        if (_session is null || _isNoted) return;
        _isNoted = true;
        _context.Sessions.Tell(new SessionChanged(_session), Self);
    }

    private void TellSessionTo(IActorRef keeper)
    {
        _isNoted = false;
        keeper.Tell(new SessionTold(_session!, Saved()), Self);
    }

    private void EndSession(ClientSession session)
    {
        if (_reason == CloseReason.Moved) _context.Sessions.Tell(new SessionMoved(session), Self);
        else _context.Sessions.Tell(new SessionEnded(session, _hasLeft ? null : Saved()), Self);
    }

    private SavedSession Saved() => new(_sessionId, [.. _ledger.Rooms.Select(joined => joined.Room)]);
}

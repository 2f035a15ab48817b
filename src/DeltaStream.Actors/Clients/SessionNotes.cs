using Akka.Actor;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;

namespace DeltaStream.Actors.Clients;

/// <summary>What the node's SessionKeeper is told of a client's session. Nothing where no sessions are kept.</summary>
internal sealed class SessionNotes(string sessionId, ClientSession? session, IActorRef keeper)
{
    private bool _isNoted;

    public ClientSession? Session => session;

    /// <summary>The rooms that the client had when it lost its connection; null where it is new.</summary>
    public IReadOnlyList<Room>? Recovered => session?.Recovered?.Rooms;

    /// <summary>The rooms have changed. The keeper asks for them when it writes: many changes at once are told once.</summary>
    public void Changed(IActorRef self)
    {
        if (session is null || _isNoted) return;
        _isNoted = true;
        keeper.Tell(new SessionChanged(session), self);
    }

    /// <summary>The answer to the keeper's question.</summary>
    public SessionTold Tell(ClientRooms rooms)
    {
        _isNoted = false;
        return new(session!, Save(rooms));
    }

    public void Ended(ClientRooms rooms, ClientConnection connection, IActorRef self)
    {
        if (session is null) return;
        keeper.Tell(connection.End == CloseReason.Moved ? new SessionMoved(session) : new SessionEnded(session, connection.HasLeft ? null : Save(rooms)), self);
    }

    private SavedSession Save(ClientRooms rooms) => new(sessionId, [.. rooms.Rooms.Select(static joined => joined.Room)]);
}

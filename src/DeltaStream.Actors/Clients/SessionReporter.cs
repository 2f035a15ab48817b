using Akka.Actor;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;

namespace DeltaStream.Actors.Clients;

/// <summary>Reports a client's session to the node's SessionKeeper. It does nothing if sessions are not kept.</summary>
internal sealed class SessionReporter(string sessionId, ClientSession? session, IActorRef keeper)
{
    private bool _isNoted;

    public ClientSession? Session => session;

    /// <summary>The rooms from before the client lost its connection; null for a new session.</summary>
    public IReadOnlyList<Room>? Recovered => session?.Recovered?.Rooms;

    /// <summary>The view of a recovered room as text; null for none.</summary>
    public string? ViewOf(Room room) =>
        session?.Recovered is { Views: { } views, Rooms: var rooms } ? views.Zip(rooms).FirstOrDefault(it => it.Second.Equals(room)).First : null;

    /// <summary>Reports that the rooms have changed. The keeper asks for them when it writes, so many changes cause one report.</summary>
    public void Changed(IActorRef self)
    {
        if (session is null || _isNoted) return;
        _isNoted = true;
        keeper.Tell(new SessionChanged(session), self);
    }

    /// <summary>The reply to <see cref="GetSession"/>.</summary>
    public SessionReply Tell(ClientRooms rooms)
    {
        _isNoted = false;
        return new(session!, Save(rooms));
    }

    public void Ended(ClientRooms rooms, ClientConnection connection, IActorRef self)
    {
        if (session is null) return;
        keeper.Tell(connection.End == CloseReason.Moved ? new SessionMoved(session) : new SessionEnded(session, connection.EndedByClient ? null : Save(rooms)), self);
    }

    private SavedSession Save(ClientRooms rooms)
    {
        var all = rooms.Rooms.ToList();
        return new(sessionId, [.. all.Select(static joined => joined.Room)])
        {
            Views = all.Exists(static joined => joined.Viewed is not null)
                ? [.. all.Select(static joined => joined.Viewed is { View: var view } ? StoredView.Write(view) : null)]
                : null,
        };
    }
}

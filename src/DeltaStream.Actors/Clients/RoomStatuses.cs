using Akka.Actor;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// The rooms of a client that it asked the status of, and what it was told. A room whose status can't be sent now waits, and its
/// status is read when it is sent. A client that asks for no status has none of this.
/// </summary>
internal sealed class RoomStatuses(ClientContext context, IActorRef self, ClientConnection connection, ClientUpdates updates)
{
    private Dictionary<Room, Told>? _told;
    private HashSet<Room>? _waiting;
    private Dictionary<Room, RoomState?>? _expected;
    // True if the client is told later than the node's watch believes.
    private bool _isLate;

    /// <summary>True while a status waits.</summary>
    public bool IsWaiting => _waiting is not null;

    /// <summary>The client asks for a room's status.</summary>
    /// <returns>The room's present status, which the caller sends.</returns>
    public Frame Begin(Room room)
    {
        var now = Now(room);
        Watch(room, now);
        return Encode(room, now);
    }

    /// <summary>A client that came back, or from another node, asks for a room's status. It goes on once the room is joined.</summary>
    /// <param name="room">The room.</param>
    /// <param name="told">The state that the client was told last; null if it does not know it any more.</param>
    public void Expect(Room room, RoomState? told) => (_expected ??= [])[room] = told;

    /// <summary>A join is complete.</summary>
    public void Joined(Room room)
    {
        if (_expected is null || !_expected.Remove(room, out var told)) return;
        if (_expected.Count == 0) _expected = null;
        var now = Now(room);
        Watch(room, now);
        // What differs from what the client was told is sent now.
        if (told == now.State) return;
        _told![room] = default;
        (_waiting ??= []).Add(room);
    }

    /// <summary>The state that the client was told last; null if it does not ask for the room's status.</summary>
    public RoomState? ToldOf(Room room) => _told is not null && _told.TryGetValue(room, out var told) ? told.Freshness.State : null;

    /// <summary>The client no longer asks for a room's status.</summary>
    public void End(Room room)
    {
        _expected?.Remove(room);
        if (_told?.Remove(room) != true) return;
        Forget(room);
        context.Watch.Tell(new ForgetRoom(room), self);
    }

    /// <summary>Ends all, for a client that has gone.</summary>
    public void EndAll()
    {
        foreach (var room in _told?.Keys.ToList() ?? []) End(room);
    }

    /// <summary>A room's status has changed.</summary>
    public void Changed(Room room)
    {
        if (_told is null || !_told.ContainsKey(room)) return;
        (_waiting ??= []).Add(room);
    }

    /// <summary>The client has resumed: what differs from what it was told is sent, except in the second in which it was told.</summary>
    public void Resume()
    {
        foreach (var (room, told) in _told ?? [])
        {
            if (told.Differs(Now(room)) && context.Time.GetElapsedTime(told.At) >= RoomWatchActor.ShortestPause) (_waiting ??= []).Add(room);
        }

        _isLate = _waiting is not null;
    }

    /// <summary>Sends what waits, if the client can take it. Runs after each message while something waits.</summary>
    public void Flush()
    {
        if (_waiting is null || updates.IsPaused) return;
        // No further message may come once the answers are sent, so they are sent now if they can be.
        if (connection.Outbox.AnswerCount > 0) connection.Flush();
        if (!connection.CanWrite || connection.Outbox.AnswerCount > 0)
        {
            _isLate = true;
            return;
        }

        var (rooms, isLate) = (_waiting, _isLate);
        (_waiting, _isLate) = (null, false);
        var frames = new List<Frame>(rooms.Count);
        foreach (var room in rooms)
        {
            var now = Now(room);
            if (!_told![room].Differs(now)) continue;
            if (isLate) Watch(room, now);
            else _told[room] = new(now, context.Time.GetTimestamp());
            frames.Add(Encode(room, now));
        }

        connection.AnswerTogether(frames);
    }

    private RoomFreshness Now(Room room) => RoomWatchActor.Now(room, context.Order, context.Status, context.RedisTime);

    private void Watch(Room room, RoomFreshness told)
    {
        (_told ??= [])[room] = new(told, context.Time.GetTimestamp());
        Forget(room);
        context.Watch.Tell(new WatchRoom(room, told), self);
    }

    private void Forget(Room room)
    {
        if (_waiting?.Remove(room) == true && _waiting.Count == 0) _waiting = null;
    }

    private Frame Encode(Room room, RoomFreshness now) => connection.Protocol.EncodeEvent(ServerEvents.RoomStatus, ServerEvents.Write((room, now), static (json, it) =>
    {
        json.WriteString("room"u8, it.room.Name);
        json.WriteString("status"u8, it.now.Name);
        WriteTime("since"u8, it.now.Since);
        WriteTime("last_update"u8, it.now.LastUpdate);

        void WriteTime(ReadOnlySpan<byte> name, long? microseconds)
        {
            if (microseconds is { } at) json.WriteNumber(name, at / 1e6);
            else json.WriteNull(name);
        }
    }));

    /// <summary>What the client was told of a room, and when. It differs from everything if it is not known.</summary>
    private readonly record struct Told(RoomFreshness Freshness, long At)
    {
        public bool Differs(RoomFreshness now) => now.State != Freshness.State || now.Since != Freshness.Since;
    }
}

using Akka.Actor;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// The rooms of a client that it asked the status of, and what it was told. A status that can't be sent now waits, and a newer one
/// of the same room takes its place. A client that asks for no status has none of this.
/// </summary>
internal sealed class RoomStatuses(ClientContext context, IActorRef self, ClientConnection connection, ClientUpdates updates)
{
    private Dictionary<Room, RoomFreshness>? _told;
    private Dictionary<Room, RoomFreshness>? _waiting;
    private Dictionary<Room, RoomState?>? _expected;

    /// <summary>True while a status waits.</summary>
    public bool IsWaiting => _waiting is not null;

    /// <summary>The client asks for a room's status.</summary>
    /// <returns>The room's present status, which the caller sends.</returns>
    public Frame Begin(Room room)
    {
        var now = RoomWatchActor.Now(room, context.Order, context.Status, context.RedisTime);
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
        var now = RoomWatchActor.Now(room, context.Order, context.Status, context.RedisTime);
        Watch(room, now);
        // What differs from what the client was told is sent now.
        if (told == now.State) return;
        _told![room] = now with { State = default };
        (_waiting ??= [])[room] = now;
    }

    /// <summary>The state that the client was told last; null if it does not ask for the room's status.</summary>
    public RoomState? ToldOf(Room room) => _told is not null && _told.TryGetValue(room, out var told) ? told.State : null;

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
    public void Changed(Room room, RoomFreshness now)
    {
        if (_told is null || !_told.ContainsKey(room)) return;
        (_waiting ??= [])[room] = now;
    }

    /// <summary>Sends what waits, if the client can take it. Runs after each message while something waits.</summary>
    public void Flush()
    {
        if (_waiting is null || updates.IsPaused) return;
        // No further message may come once the answers are sent, so they are sent now if they can be.
        if (connection.Outbox.AnswerCount > 0) connection.Flush();
        if (!connection.CanWrite || connection.Outbox.AnswerCount > 0) return;
        var frames = new List<Frame>(_waiting.Count);
        foreach (var (room, now) in _waiting)
        {
            if (_told![room].State == now.State && _told[room].Since == now.Since) continue;
            _told[room] = now;
            frames.Add(Encode(room, now));
        }

        _waiting = null;
        connection.AnswerTogether(frames);
    }

    private void Watch(Room room, RoomFreshness told)
    {
        (_told ??= [])[room] = told;
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
}

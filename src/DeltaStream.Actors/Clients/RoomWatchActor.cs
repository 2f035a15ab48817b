using Akka.Actor;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// Tells clients when the rooms whose <c>room_status</c> they asked for become live, quiet or down. One timer serves all rooms of
/// the node: each tick compares every watched room with what its clients were told. It runs only while a room is watched.
/// </summary>
internal sealed class RoomWatchActor : UntypedActor, IWithTimers
{
    /// <summary>The time between two checks of the rooms.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>The shortest time between two reports about a room to one client.</summary>
    public static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    private readonly NodeOrder _order;
    private readonly NodeStatus _status;
    private readonly TimeProvider _time;
    private readonly Dictionary<Room, Watched> _rooms = [];

    /// <param name="order">The node's order, which knows when rooms receive something.</param>
    /// <param name="status">The node's status, which has the state of the feed.</param>
    /// <param name="time">Redis's time.</param>
    public RoomWatchActor(NodeOrder order, NodeStatus status, TimeProvider time) => (_order, _status, _time) = (order, status, time);

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>How fresh a room is now.</summary>
    public static RoomFreshness Now(Room room, NodeOrder order, NodeStatus status, TimeProvider time)
    {
        var feed = status.HeldFeed;
        if (feed.State == FeedState.Live) order.Freshness.FeedSince = feed.Since.UnixMicroseconds();
        return RoomFreshness.Of(order.Read(room, 0, static _ => null).Receipts, feed, order.Freshness.QuietAfter, time.UnixMicroseconds());
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WatchRoom watch:
                if (_rooms.Count == 0) Timers.StartPeriodicTimer(CheckRooms.Instance, CheckRooms.Instance, Interval);
                if (!_rooms.TryGetValue(watch.Room, out var watched)) _rooms.Add(watch.Room, watched = new());
                watched.Clients[Sender] = new(watch.Told.State, _time.GetTimestamp());
                // What has changed since the client was told is reported at the next look that may.
                watched.State = null;
                break;
            case ForgetRoom { Room: var room }:
                if (_rooms.TryGetValue(room, out var left) && left.Clients.Remove(Sender) && left.Clients.Count == 0) _rooms.Remove(room);
                if (_rooms.Count == 0) Timers.Cancel(CheckRooms.Instance);
                break;
            case CheckRooms:
                foreach (var (watchedRoom, it) in _rooms) LookAt(watchedRoom, it);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void LookAt(Room room, Watched watched)
    {
        var now = Now(room, _order, _status, _time);
        if (now.State == watched.State) return;
        var isToldToAll = true;
        foreach (var (client, told) in watched.Clients)
        {
            if (told.State == now.State) continue;
            if (_time.GetElapsedTime(told.At) < ShortestPause)
            {
                isToldToAll = false;
                continue;
            }

            client.Tell(new RoomStatusChanged(room), Self);
            watched.Clients[client] = new(now.State, _time.GetTimestamp());
        }

        watched.State = isToldToAll ? now.State : null;
    }

    private readonly record struct Told(RoomState State, long At);

    private sealed class Watched
    {
        /// <summary>The state that all clients were told; null if some may have been told another one.</summary>
        public RoomState? State { get; set; }

        public Dictionary<IActorRef, Told> Clients { get; } = [];
    }

    private sealed record CheckRooms : INoSerializationVerificationNeeded
    {
        public static readonly CheckRooms Instance = new();
    }
}

using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>A room that a client is in, or a narrow room that the client left while it stays in the wide one.</summary>
internal sealed class JoinedRoom(Room room)
{
    public Room Room { get; } = room;

    /// <summary>The join in flight; null once the client is joined.</summary>
    public PendingJoin? Join { get; set; }

    /// <summary>True while the client gets the room's updates: its snapshot is sent, and it has not left.</summary>
    public bool IsJoined => Join is null && !IsMark;

    /// <summary>The client's view of the room; null for whole documents.</summary>
    public RoomViewState? Viewed { get; set; }

    /// <summary>
    /// True if the room's key is sent in this narrow room's view: the client has, or had before it lost its connection or its node,
    /// a snapshot of the room.
    /// </summary>
    public bool Governs => !IsMark && (Serial > 0 || Join is not { Purpose: JoinPurpose.Snapshot });

    /// <summary>
    /// True for the mark of a narrow room that the client left: <see cref="Serial"/> still rejects late updates from the wide room's
    /// topic.
    /// </summary>
    public bool IsMark { get; set; }

    /// <summary>
    /// True if the client has subscribed to the topic. Unsubscribing without a subscription would make the mediator keep the
    /// topic's name for ever.
    /// </summary>
    public bool HasSubscribed { get; set; }

    /// <summary>
    /// For a wide room the serial of its snapshot. For a narrow room the serial of its key's last update, from either room of
    /// the pair. 0 before the first.
    /// </summary>
    public long Serial { get; set; }

    /// <summary>The number of live values that the room's last snapshot had, sent or not.</summary>
    public int SnapshotValues { get; set; }

    /// <summary>The client's progress in a wide room's topic.</summary>
    public Progress TopicProgress { get; set; }

    /// <summary>The number of the last update that the cache gave to the client in a wide room.</summary>
    public long LastGiven { get; set; }
}

/// <summary>Which values of the room a join sends.</summary>
internal enum JoinPurpose : byte
{
    /// <summary>Only the kinds that every client gets on connecting. New clients join <c>general</c> like this.</summary>
    OnConnect = 1,

    Snapshot = 2,

    /// <summary>All values. The client was in the room before it lost its connection and has not requested it now.</summary>
    Recovered = 3,

    /// <summary>The values that the client did not receive on its former node.</summary>
    Moved = 4,

    /// <summary>The values that the client missed when the node lost its subscriptions.</summary>
    Resubscribe = 5,
}

/// <summary>The step of a join that is awaited.</summary>
internal enum JoinStep : byte
{
    /// <summary>The cache reads the room from the store.</summary>
    Room = 1,

    /// <summary>The mediator acknowledges the subscription.</summary>
    Subscription = 2,

    /// <summary>The cache replies with the room's view.</summary>
    View = 3,
}

/// <summary>A join in flight, or a repeated request for a room's snapshot. It takes over the requests of a join that starts anew.</summary>
internal sealed class PendingJoin(JoinPurpose purpose, int id, PendingJoin? before = null)
{
    public JoinPurpose Purpose { get; set; } = purpose;

    /// <summary>Returned in the cache's replies.</summary>
    public int Id { get; } = id;

    public JoinStep Step { get; set; } = JoinStep.Room;

    /// <summary>
    /// The subscription whose acknowledgement is awaited. An acknowledgement of an earlier subscription to the same topic does
    /// not count.
    /// </summary>
    public object? Subscription { get; set; }

    /// <summary>The request for several rooms that this join belongs to; null for none. It answers when all of its rooms are ready.</summary>
    public RoomsRequest? Request { get; set; } = before?.Request;

    /// <summary>The room's snapshot, which waits for the other rooms of <see cref="Request"/>.</summary>
    public Snapshot? Ready { get; set; }

    /// <summary>The acknowledgement ids of the client's requests, in order; null for a request without one.</summary>
    public List<ReadOnlyMemory<byte>?> Requests { get; } = [.. before?.Requests ?? []];
}

using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>A room that a client is in, or a narrow one that it left while it stays in the wide one.</summary>
internal sealed class JoinedRoom(Room room)
{
    public Room Room { get; } = room;

    /// <summary>The join that is under way; null while the room's updates go to the client as they come.</summary>
    public PendingJoin? Join { get; set; }

    public bool IsLive => Join is null && !IsLeft;

    /// <summary>A narrow room that the client left: <see cref="Serial"/> still holds back what the wide room's topic brings late.</summary>
    public bool IsLeft { get; set; }

    /// <summary>Whether the client has subscribed to the topic. The mediator keeps for good the name of a topic that somebody leaves who was never there.</summary>
    public bool HasSubscribed { get; set; }

    /// <summary>
    /// Of a wide room the serial of its snapshot, of a narrow room that of its key's last update, over whichever room that came;
    /// 0 before the first.
    /// </summary>
    public long Serial { get; set; }

    /// <summary>How far along a wide room's topic the client has come.</summary>
    public Progress Seen { get; set; }

    /// <summary>The number of the last update that the cache gave to the client of a wide room.</summary>
    public long SeenGiven { get; set; }
}

/// <summary>What a join brings of the room's values.</summary>
internal enum JoinPurpose : byte
{
    /// <summary>Nothing: <c>general</c>, as every client joins it on connecting.</summary>
    Silent = 1,

    Snapshot = 2,

    /// <summary>All of them. The client was in the room before it lost its connection, and has not asked for it now.</summary>
    Recovered = 5,

    /// <summary>Those that the client has not had on the node that it comes from.</summary>
    Moved = 3,

    /// <summary>Those that the client has not had when its subscriptions were lost.</summary>
    Again = 4,
}

/// <summary>What a join waits for.</summary>
internal enum JoinStep : byte
{
    /// <summary>The cache has to have read the room.</summary>
    Room = 1,

    /// <summary>The topic has to have acknowledged the subscription.</summary>
    Subscription = 2,

    /// <summary>The cache has to answer with the room's view.</summary>
    View = 3,
}

/// <summary>A join, or a repeated request for a room's snapshot, that is under way.</summary>
internal sealed class PendingJoin(JoinPurpose purpose, int token)
{
    public JoinPurpose Purpose { get; set; } = purpose;

    /// <summary>Comes back with what the cache answers.</summary>
    public int Token { get; set; } = token;

    public JoinStep Step { get; set; } = JoinStep.Room;

    /// <summary>The very subscription whose acknowledgement is awaited: that of an earlier one to the same topic does not count.</summary>
    public object? Subscription { get; set; }

    /// <summary>The acknowledgement ids of the client's requests, in order; null for a request that wants none.</summary>
    public List<ReadOnlyMemory<byte>?> Requests { get; } = [];
}

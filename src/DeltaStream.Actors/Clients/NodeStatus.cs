using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>The node's state for readers outside its actors. Every member may be read from any thread.</summary>
public sealed class NodeStatus
{
    private FeedStatus _feed;
    private FeedStatus? _heldFeed;
    private int _clients;
    private int _rooms;
    private bool _isSimulated;

    /// <summary>Makes the status of a node that has not received a heartbeat yet.</summary>
    public NodeStatus(TimeProvider time) => _feed = new(FeedState.Stale, time.GetUtcNow(), null, 0);

    public FeedStatus Feed
    {
        get => Volatile.Read(ref _feed);
        internal set => Volatile.Write(ref _feed, value);
    }

    /// <summary>The feed as clients are told of it: a state that has held for a second.</summary>
    public FeedStatus HeldFeed
    {
        get => Volatile.Read(ref _heldFeed) ?? Feed;
        internal set => Volatile.Write(ref _heldFeed, value);
    }

    /// <summary>The number of clients on the node.</summary>
    public int Clients
    {
        get => Volatile.Read(ref _clients);
        internal set => Volatile.Write(ref _clients, value);
    }

    /// <summary>The number of rooms in use on the node, <see cref="Room.General"/> included.</summary>
    public int Rooms
    {
        get => Volatile.Read(ref _rooms);
        internal set => Volatile.Write(ref _rooms, value);
    }

    /// <summary>True if a node of the cluster simulates prices. Clients learn it on connecting.</summary>
    public bool IsSimulated
    {
        get => Volatile.Read(ref _isSimulated);
        set => Volatile.Write(ref _isSimulated, value);
    }
}

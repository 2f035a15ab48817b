using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>What the node's actors let others look at without asking them; every member may be read from any thread.</summary>
public sealed class NodeStatus
{
    private FeedStatus _feed;
    private int _clients;
    private int _rooms;
    private bool _isSimulated;

    /// <summary>Makes the status of a node that has heard no bridge yet.</summary>
    public NodeStatus(TimeProvider time) => _feed = new(FeedState.Stale, time.GetUtcNow(), null, 0);

    /// <summary>The feed as this node sees it.</summary>
    public FeedStatus Feed
    {
        get => Volatile.Read(ref _feed);
        internal set => Volatile.Write(ref _feed, value);
    }

    /// <summary>How many clients are connected to the node.</summary>
    public int Clients
    {
        get => Volatile.Read(ref _clients);
        internal set => Volatile.Write(ref _clients, value);
    }

    /// <summary>How many rooms are in use on the node, <see cref="Room.General"/> included.</summary>
    public int Rooms
    {
        get => Volatile.Read(ref _rooms);
        internal set => Volatile.Write(ref _rooms, value);
    }

    /// <summary>Whether prices are simulated, by whichever node of the cluster: clients that connect are told.</summary>
    public bool IsSimulated
    {
        get => Volatile.Read(ref _isSimulated);
        set => Volatile.Write(ref _isSimulated, value);
    }
}

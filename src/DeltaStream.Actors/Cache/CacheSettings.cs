namespace DeltaStream.Actors.Cache;

/// <summary>How the CacheActor keeps and reads the newest values.</summary>
public sealed record CacheSettings
{
    /// <summary>The interval of pub-sub gossip: a new room is looked up in the store again after 2, 4, 8 and 16 of them.</summary>
    public TimeSpan GossipInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a snapshot waits for the store, or for the CacheActor to see what the asker has seen.</summary>
    public TimeSpan SnapshotPatience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a read from the store may take.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after its last user a room is still listened to: its next user needs no new topic and no read.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Keys of underlyings in one read.</summary>
    public int ReadBatch { get; init; } = 500;

    /// <summary>Keys of chains in one read: up to 100 KB each.</summary>
    public int ChainReadBatch { get; init; } = 50;

    /// <summary>Subscriptions to new topics under way at once: each costs the mediator about 1 ms, and what is behind it waits.</summary>
    public int SubscribeWindow { get; init; } = 32;

    /// <summary>Rooms in use on the node at once.</summary>
    public int MaxRooms { get; init; } = 20_000;
}

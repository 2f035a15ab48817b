namespace DeltaStream.Actors.Cache;

/// <summary>Times and limits of the CacheActor.</summary>
public sealed record CacheSettings
{
    /// <summary>The interval of pub-sub gossip. The cache looks up a new room in the store again after 2, 4, 8 and 16 intervals.</summary>
    public TimeSpan GossipInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long a join waits for the first read of its room. After that the snapshot holds the values that the node has, and looks
    /// into the store bring the others.
    /// </summary>
    public TimeSpan SnapshotPatience { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a room stays in use after its last client has left. A client that joins within this time causes no read from the
    /// store.
    /// </summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The number of underlyings in one read.</summary>
    public int ReadBatch { get; init; } = 500;

    /// <summary>The number of chains in one read; a chain has up to 100 KB.</summary>
    public int ChainReadBatch { get; init; } = 50;

    /// <summary>
    /// The number of concurrent subscriptions to new topics. Each costs the mediator about 1 ms, which delays the messages
    /// behind it.
    /// </summary>
    public int SubscribeWindow { get; init; } = 32;

    /// <summary>The maximum number of rooms in use on the node.</summary>
    public int MaxRooms { get; init; } = 20_000;
}

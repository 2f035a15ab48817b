using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>An update published to one room's topic: the only word between the bridge and the clients.</summary>
/// <param name="Room">The room whose topic carries it.</param>
/// <param name="Update">What was published: position, key, hash and bytes are this copy's own.</param>
/// <param name="Handed">
/// What clients of the room on this node are handed; null where they have that or something newer. The copies of one update hand
/// out the same object, and with it the frames. It does not leave the node.
/// </param>
public sealed record RoomEvent(Room Room, MarketUpdate Update, MarketUpdate? Handed = null);

/// <summary>The state of the active bridge's link to Redis.</summary>
public enum FeedLink : byte
{
    /// <summary>Connected and delivering.</summary>
    Up = 1,

    /// <summary>Lost, or found deaf.</summary>
    Down = 2,
}

/// <summary>Told by the active bridge to every node about every 0.5 s, and at once when something in it changes.</summary>
/// <param name="Epoch">The bridge's term.</param>
/// <param name="Sequence">The sequence of its last publication.</param>
/// <param name="Node">The bridge's node as <c>host:port</c>.</param>
/// <param name="Link">Its link to Redis.</param>
/// <param name="IsLast">Whether the term is over and its lease was given back: another bridge may take it at once.</param>
public sealed record BridgeHeartbeat(long Epoch, long Sequence, string Node, FeedLink Link, bool IsLast = false);

/// <summary>Which store a node uses; told by every node to every other about every 2 s.</summary>
/// <param name="Node">The node as <c>host:port</c>.</param>
/// <param name="Store">The store's own name.</param>
public sealed record StoreNotice(string Node, string Store);

using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>An update published to one room's topic: the message from the bridge to clients.</summary>
/// <param name="Room">The room of the topic.</param>
/// <param name="Update">The published copy with its own position, key, hash and bytes.</param>
/// <param name="ToSend">
/// The update for the room's clients on this node; null if they already have this update or a newer one. All copies of one
/// update share one object and its frames. It does not leave the node.
/// </param>
public sealed record RoomEvent(Room Room, MarketUpdate Update, MarketUpdate? ToSend = null);

/// <summary>The state of the active bridge's link to Redis.</summary>
public enum FeedLink : byte
{
    /// <summary>Connected and delivering.</summary>
    Up = 1,

    /// <summary>Lost, or connected without delivering anything.</summary>
    Down = 2,
}

/// <summary>Sent by the active bridge to every node about every 0.5 s, and at once when one of its fields changes.</summary>
/// <param name="Epoch">The bridge's epoch.</param>
/// <param name="Sequence">The sequence of its last publication. Receivers do not use it.</param>
/// <param name="Node">The bridge's node as <c>host:port</c>.</param>
/// <param name="Link">The bridge's link to Redis.</param>
/// <param name="IsLast">True if the term is over: its bridge publishes nothing more, and another bridge may request the lease at once.</param>
/// <param name="IsUnrenewed">True if the bridge goes on although the store refuses to renew its lease: nobody else can take it either.</param>
public sealed record BridgeHeartbeat(long Epoch, long Sequence, string Node, FeedLink Link, bool IsLast = false, bool IsUnrenewed = false);

/// <summary>Names the store that a node uses. Every node sends it to all others about every 2 s.</summary>
/// <param name="Node">The node as <c>host:port</c>.</param>
/// <param name="Store">The store's name, which is stored in it.</param>
public sealed record StoreNotice(string Node, string Store);

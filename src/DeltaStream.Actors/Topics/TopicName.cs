using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>
/// Makes the addresses in cluster pub-sub; no other code makes one. A publication to an empty name would restart the mediator
/// and silently drop every subscription of the node, so an empty name can't be made.
/// </summary>
internal static class TopicName
{
    /// <summary>The topic of the active bridge's heartbeats.</summary>
    public const string Heartbeat = "bridge:heartbeat";

    /// <summary>The topic of store notices.</summary>
    public const string Store = "bridge:store";

    /// <summary>
    /// A topic of one node, to which the node publishes messages for itself. A message that comes back has passed through the
    /// mediator.
    /// </summary>
    /// <param name="node">The node's name, unique in the cluster and never empty.</param>
    public static string Canary(string node) => "bridge:canary:" + node;

    /// <summary>The topic of a room is the room's name. No room's name begins with <c>bridge:</c>.</summary>
    public static string For(Room room) => room.Name;
}

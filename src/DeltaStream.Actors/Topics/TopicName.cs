using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Topics;

/// <summary>
/// Makes the addresses in cluster pub-sub; nobody else does. A publication to an empty name would restart the mediator and
/// silently drop every subscription of the node, so there is no way to make one.
/// </summary>
internal static class TopicName
{
    /// <summary>Where the active bridge says that it lives.</summary>
    public const string Heartbeat = "bridge:heartbeat";

    /// <summary>Where every node says which store it uses.</summary>
    public const string Store = "bridge:store";

    /// <summary>A topic of one node only, on which it hears itself: what comes back has been through the mediator.</summary>
    /// <param name="who">Unique in the cluster, and never empty.</param>
    public static string Canary(string who) => "bridge:canary:" + who;

    /// <summary>The topic of a room: its name. No room begins with <c>bridge:</c>.</summary>
    public static string For(Room room) => room.Name;
}

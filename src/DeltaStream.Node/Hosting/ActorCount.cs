using Akka.Actor;

namespace DeltaStream.Node.Hosting;

/// <summary>Counts the living actors of a system: its own, those of its topics, and those of its clients.</summary>
internal static class ActorCount
{
    /// <summary>Counts without a message, so it is safe from any thread; an actor that starts or ends meanwhile may count or not.</summary>
    public static int Of(ActorSystem system)
    {
        var provider = ((ExtendedActorSystem)system).Provider;
        return Below(provider.Guardian) + Below(provider.SystemGuardian);
    }

    private static int Below(IActorRef actor)
    {
        var count = 1;
        if (actor is not ActorRefWithCell parent) return count;
        foreach (var child in parent.Children) count += Below(child);
        return count;
    }
}

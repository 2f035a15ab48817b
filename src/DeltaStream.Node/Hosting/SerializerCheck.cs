using Akka.Actor;
using Akka.Hosting;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Node.Hosting;

/// <summary>
/// Looks at the start whether the messages between nodes have their own serializer. A wrong type name in HOCON only warns,
/// and the node would then talk JSON, or not at all.
/// </summary>
public static class SerializerCheck
{
    private static readonly Type[] BetweenNodes = [typeof(RoomEvent), typeof(BridgeHeartbeat), typeof(PublishedNotice), typeof(StoreNotice)];

    /// <summary>Stops the start when a message has another serializer than it should.</summary>
    public static AkkaConfigurationBuilder WithBoundSerializers(this AkkaConfigurationBuilder builder) =>
        builder.AddStartup((system, _) => Check(system));

    /// <summary>Looks at one actor system.</summary>
    /// <exception cref="InvalidOperationException">A message is not bound to its serializer.</exception>
    internal static void Check(ActorSystem system)
    {
        foreach (var type in BetweenNodes)
        {
            var serializer = system.Serialization.FindSerializerForType(type);
            if (serializer is not RoomEventSerializer)
                throw new InvalidOperationException($"{type.Name} is serialized by {serializer.GetType().Name}, not by {nameof(RoomEventSerializer)}");
        }
    }
}

using Akka.Actor;
using Akka.Hosting;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Topics;
using DeltaStream.Node.Transports.Relay;

namespace DeltaStream.Node.Hosting;

/// <summary>
/// Looks at the start whether the messages between nodes have their own serializer. A wrong type name in HOCON only warns,
/// and the node would then talk JSON, or not at all.
/// </summary>
internal static class SerializerCheck
{
    private static readonly (Type Message, Type Serializer)[] BetweenNodes =
    [
        (typeof(RoomEvent), typeof(RoomEventSerializer)),
        (typeof(BridgeHeartbeat), typeof(RoomEventSerializer)),
        (typeof(StoreNotice), typeof(RoomEventSerializer)),
        (typeof(RelayPart), typeof(RelaySerializer)),
        (typeof(IsHolderAlive), typeof(SessionSerializer)),
        (typeof(HolderAnswer), typeof(SessionSerializer)),
    ];

    /// <summary>Stops the start when a message has another serializer than it should.</summary>
    public static AkkaConfigurationBuilder WithBoundSerializers(this AkkaConfigurationBuilder builder) =>
        builder.AddStartup((system, _) => Check(system));

    /// <summary>Looks at one actor system.</summary>
    /// <exception cref="InvalidOperationException">A message is not bound to its serializer.</exception>
    internal static void Check(ActorSystem system)
    {
        foreach (var (message, expected) in BetweenNodes)
        {
            var serializer = system.Serialization.FindSerializerForType(message);
            if (serializer.GetType() != expected)
                throw new InvalidOperationException($"{message.Name} is serialized by {serializer.GetType().Name}, not by {expected.Name}");
        }
    }
}

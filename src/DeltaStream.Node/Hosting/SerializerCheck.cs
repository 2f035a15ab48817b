using Akka.Actor;
using Akka.Hosting;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Topics;
using DeltaStream.Node.Transports.Relay;

namespace DeltaStream.Node.Hosting;

/// <summary>
/// Checks at the start that the messages between nodes have their own serializer. For a wrong type name in HOCON Akka only warns,
/// and the node would then send JSON or fail to send.
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

    /// <summary>Fails the start if a message has the wrong serializer.</summary>
    public static AkkaConfigurationBuilder WithBoundSerializers(this AkkaConfigurationBuilder builder) =>
        builder.AddStartup((system, _) => Check(system));

    /// <summary>Checks one actor system.</summary>
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

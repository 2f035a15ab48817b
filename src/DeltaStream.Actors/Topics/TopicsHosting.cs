using Akka.Hosting;

namespace DeltaStream.Actors.Topics;

/// <summary>How an actor system comes to speak to the topics of other nodes.</summary>
public static class TopicsHosting
{
    /// <summary>
    /// Binds the serializer, and refuses every type that nobody has bound: the default for those is slow, and what is not
    /// found out here is found out under load. A wrong type name in HOCON only warns, so a spec asserts the result.
    /// </summary>
    public const string Hocon = """
        akka.actor {
          serializers {
            deltastream-topics = "DeltaStream.Actors.Topics.RoomEventSerializer, DeltaStream.Actors"
          }
          serialization-bindings {
            "DeltaStream.Actors.Topics.RoomEvent, DeltaStream.Actors" = deltastream-topics
            "DeltaStream.Actors.Topics.BridgeHeartbeat, DeltaStream.Actors" = deltastream-topics
            "DeltaStream.Actors.Topics.StoreNotice, DeltaStream.Actors" = deltastream-topics
          }
          serialization-settings.allow-unregistered-types = false
        }
        """;

    public static AkkaConfigurationBuilder WithTopics(this AkkaConfigurationBuilder builder) =>
        builder.AddHocon(Hocon, HoconAddMode.Prepend);
}

using Akka.Hosting;

namespace DeltaStream.Actors.Topics;

/// <summary>The configuration with which an actor system talks to the topics of other nodes.</summary>
public static class TopicsHosting
{
    /// <summary>
    /// Binds the serializer and refuses every type without a binding: Akka's default serializer is slow, and a missing binding
    /// would only show under load. A wrong type name in HOCON only logs a warning, so a spec asserts the result.
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

using Akka.Actor;
using Akka.Hosting;

namespace DeltaStream.Actors.Sessions;

/// <summary>Starts what keeps the node's sessions; host and specs start it this way.</summary>
public static class SessionsWiring
{
    /// <summary>Binds the serializer of what nodes say to each other of sessions.</summary>
    public const string Hocon = """
        akka.actor {
          serializers {
            deltastream-sessions = "DeltaStream.Actors.Sessions.SessionSerializer, DeltaStream.Actors"
          }
          serialization-bindings {
            "DeltaStream.Actors.Sessions.IsHolderAlive, DeltaStream.Actors" = deltastream-sessions
            "DeltaStream.Actors.Sessions.HolderAnswer, DeltaStream.Actors" = deltastream-sessions
          }
        }
        """;

    public static AkkaConfigurationBuilder WithSessionMessages(this AkkaConfigurationBuilder builder) =>
        builder.AddHocon(Hocon, HoconAddMode.Prepend);

    /// <summary>Starts the SessionKeeper.</summary>
    public static IActorRef StartSessions(this ActorSystem system, SessionRecovery recovery)
    {
        recovery.Attach(system);
        return system.ActorOf(Props.Create(() => new SessionKeeper(recovery)), SessionKeeper.Name);
    }
}

using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.Logging;

namespace DeltaStream.Actors.Sessions;

/// <summary>Starts the SessionKeeper for hosts and specs.</summary>
public static class SessionsWiring
{
    /// <summary>Binds the serializer of messages about sessions.</summary>
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

    public static IActorRef StartSessions(this ActorSystem system, SessionRecovery recovery, ILoggerFactory logs)
    {
        var log = new SessionLog(logs.CreateLogger<SessionKeeper>());
        recovery.Attach(system);
        return system.ActorOf(Props.Create(() => new SessionKeeper(recovery, log)), SessionKeeper.Name);
    }
}

using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace DeltaStream.Actors.Dispatch;

/// <summary>A mailbox for thousands of actors that are mostly idle: see <see cref="IdleMessageQueue"/>.</summary>
internal sealed class IdleMailbox(Settings settings, Config config) : MailboxType(settings, config), IProducesMessageQueue<IdleMessageQueue>
{
    /// <summary>Assigns the mailbox to every actor that requires an <see cref="IdleMessageQueue"/>.</summary>
    public const string Hocon = """
        akka.actor.mailbox {
          idle.mailbox-type = "DeltaStream.Actors.Dispatch.IdleMailbox, DeltaStream.Actors"
          requirements {
            "DeltaStream.Actors.Dispatch.IdleMessageQueue, DeltaStream.Actors" = akka.actor.mailbox.idle
          }
        }
        """;

    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new IdleMessageQueue();
}

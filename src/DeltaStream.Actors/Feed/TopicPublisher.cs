using System.Text;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Feed;

/// <summary>A message that returns to its sender through the mediator and never leaves the node.</summary>
internal sealed class Canary : INoSerializationVerificationNeeded
{
    public static readonly Canary Instance = new();
}

/// <summary>Publishes updates to their rooms' topics, wide rooms first.</summary>
/// <param name="system">The node's actor system.</param>
/// <param name="mediator">The node's mediator of DistributedPubSub.</param>
/// <param name="node">A name for this node, unique in the cluster.</param>
/// <param name="log">Logs each publication at debug level.</param>
internal sealed class TopicPublisher(ActorSystem system, IActorRef mediator, string node, BridgeLog log)
{
    private readonly NodeOrder _order = NodeOrder.For(system);
    private readonly string _canaryTopic = TopicName.Canary(node);

    /// <summary>Publishes a message to all its rooms. A chain's summary goes to <c>general</c> with the same position.</summary>
    /// <param name="intake">The message.</param>
    /// <param name="position">The position.</param>
    /// <param name="events">The number of room events.</param>
    /// <returns>The update for the store.</returns>
    public MarketUpdate Publish(Intake intake, Position position, out int events)
    {
        var kind = intake.Message.Key.Kind;
        events = kind.Summary is { } summary ? Publish(intake.ToSummary(summary, position)) : 0;
        var update = intake.ToUpdate(position);
        events += Publish(update);
        if (log.IsDebugEnabled) log.Broadcasted(kind, intake.Message.Key.Symbol, Encoding.UTF8.GetString(intake.Message.Headline));
        return update;
    }

    /// <summary>Subscribes to the topic to which this node sends its canaries.</summary>
    public void Subscribe(IActorRef subscriber) => mediator.Tell(new Subscribe(_canaryTopic, subscriber), subscriber);

    public void SendCanary() => mediator.Tell(new Publish(_canaryTopic, Canary.Instance), ActorRefs.NoSender);

    /// <summary>The mediator has lost every subscription of the node: tells the subscribers on this node.</summary>
    public void TellSubscriptionsLost() => system.EventStream.Publish(SubscriptionsLost.Instance);

    private int Publish(MarketUpdate update)
    {
        var events = 0;
        foreach (var room in update.Event.RoomsOf(update.Key))
        {
            mediator.Tell(new Publish(TopicName.For(room), _order.Take(room, update)), ActorRefs.NoSender);
            events++;
        }

        return events;
    }
}

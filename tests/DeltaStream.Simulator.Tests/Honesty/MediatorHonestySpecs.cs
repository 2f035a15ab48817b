using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Simulator.Tests.Honesty;

public sealed class TwinOfTheMediatorSpecs : MediatorHonestySpecs
{
    private protected override MediatorUnderTest Start() => new TwinMediators();
}

public sealed class AkkasMediatorSpecs : MediatorHonestySpecs
{
    private protected override MediatorUnderTest Start() => new RealMediators();
}

/// <summary>What the simulation's twin of the mediator and Akka's have in common: one set of scenarios runs over both.</summary>
public abstract class MediatorHonestySpecs
{
    private const string Topic = "topic";

    private long _last;
    private long _round = 1;

    // The twin runs on one thread, so nothing may go on elsewhere.
    protected MediatorHonestySpecs() => SynchronizationContext.SetSynchronizationContext(null);

    private protected abstract MediatorUnderTest Start();

    [Fact]
    public void A_subscription_is_acknowledged_with_its_own_request_and_delivers_from_then_on_in_order()
    {
        using var mediators = Start();
        var inbox = mediators.Inbox(0);
        var subscribe = new Subscribe(Topic, inbox.Ref);
        mediators.Of(0).Tell(subscribe, inbox.Ref);
        mediators.Until(() => inbox.Messages.Count == 1, "the acknowledgement");
        Assert.Same(subscribe, Assert.IsType<SubscribeAck>(inbox.Messages[0]).Subscribe);
        for (var i = 0; i < 100; i++) Publish(mediators, 0);
        mediators.Until(() => inbox.Numbers.Count() == 100, "the messages");
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), inbox.Numbers);
    }

    [Fact]
    public void Another_node_learns_of_a_topic_later_and_then_delivers_everything_once_and_in_order()
    {
        using var mediators = Start();
        var inbox = Subscribed(mediators, 1);
        mediators.Until(() => Reaches(mediators, from: 0, inbox), "gossip tells the other node");
        for (var i = 0; i < 200; i++) Publish(mediators, 0);
        mediators.Until(() => inbox.Numbers.LastOrDefault() == _last, "the last message");
        var received = inbox.Numbers.ToArray();
        Assert.Equal(Enumerable.Range(0, received.Length).Select(i => received[0] + i), received);
        Assert.InRange(received.Length, 200, int.MaxValue);
    }

    [Fact]
    public void Who_subscribes_twice_gets_one_copy_and_who_has_unsubscribed_gets_none()
    {
        using var mediators = Start();
        var (twice, other) = (Subscribed(mediators, 0), Subscribed(mediators, 0));
        mediators.Of(0).Tell(new Subscribe(Topic, twice.Ref), twice.Ref);
        mediators.Until(() => twice.Messages.OfType<SubscribeAck>().Count() == 2, "the second acknowledgement");
        Publish(mediators, 0);
        mediators.Until(() => other.Numbers.Any() && twice.Numbers.Any(), "the message");
        var unsubscribe = new Unsubscribe(Topic, twice.Ref);
        mediators.Of(0).Tell(unsubscribe, twice.Ref);
        mediators.Until(() => twice.Messages[^1] is UnsubscribeAck, "the acknowledgement");
        Assert.Same(unsubscribe, ((UnsubscribeAck)twice.Messages[^1]).Unsubscribe);
        Publish(mediators, 0);
        mediators.Until(() => other.Numbers.Count() == 2, "the next message");
        Assert.Equal([1], twice.Numbers);
    }

    [Fact]
    public void A_subscriber_that_stops_is_forgotten_and_the_others_go_on()
    {
        using var mediators = Start();
        var (gone, other) = (Subscribed(mediators, 1), Subscribed(mediators, 1));
        mediators.Until(() => Reaches(mediators, from: 0, other), "gossip tells the other node");
        other.Ref.Tell(new Watch(gone.Ref));
        gone.Ref.Tell(PoisonPill.Instance);
        mediators.Until(() => other.Messages.OfType<Terminated>().Any(), "it has stopped");
        var before = gone.Numbers.Count();
        Publish(mediators, 0);
        mediators.Until(() => other.Numbers.LastOrDefault() == _last, "the message");
        Assert.Equal(before, gone.Numbers.Count());
    }

    [Fact]
    public void A_restarted_mediator_has_forgotten_its_subscriptions_and_ends_the_actors_of_its_topics()
    {
        using var mediators = Start();
        var (inbox, distant) = (Subscribed(mediators, 0), Subscribed(mediators, 1));
        mediators.Until(() => Reaches(mediators, from: 0, distant), "gossip tells the first node");
        mediators.Until(() => Reaches(mediators, from: 1, inbox), "gossip tells the second node");
        mediators.System(0).ActorSelection(mediators.Of(0).Path / Topic).Tell(new Identify(null), inbox.Ref);
        mediators.Until(() => inbox.Messages.OfType<ActorIdentity>().Any(), "the topic's actor");
        inbox.Ref.Tell(new Watch(inbox.Messages.OfType<ActorIdentity>().Single().Subject));
        mediators.Restart(0);
        mediators.Until(() => inbox.Messages.OfType<Terminated>().Any(), "the topic's actor ends");
        var before = inbox.Numbers.Count();
        // The other node's subscription is in the gossip, and is learned again.
        mediators.Until(() => Reaches(mediators, from: 0, distant), "gossip tells the restarted mediator");
        Assert.Equal(before, inbox.Numbers.Count());
        mediators.Of(0).Tell(new Subscribe(Topic, inbox.Ref), inbox.Ref);
        mediators.Until(() => inbox.Messages[^1] is SubscribeAck, "the new acknowledgement");
        Publish(mediators, 0);
        mediators.Until(() => inbox.Numbers.LastOrDefault() == _last, "the message");
        mediators.Until(() => Reaches(mediators, from: 1, inbox), "gossip tells the other node");
    }

    /// <summary>An actor of a node whose subscription was acknowledged.</summary>
    private static Inbox Subscribed(MediatorUnderTest mediators, int node)
    {
        var inbox = mediators.Inbox(node);
        mediators.Of(node).Tell(new Subscribe(Topic, inbox.Ref), inbox.Ref);
        mediators.Until(() => inbox.Messages.OfType<SubscribeAck>().Any(), "the acknowledgement");
        return inbox;
    }

    /// <summary>Publishes on a node, and tells whether something that was published so has arrived.</summary>
    private bool Reaches(MediatorUnderTest mediators, int from, Inbox inbox)
    {
        var arrived = inbox.Messages.OfType<BridgeHeartbeat>().Any(it => it.Node == $"{from}" && it.Epoch == _round);
        if (!arrived) Publish(mediators, from);
        else _round++;
        return arrived;
    }

    private void Publish(MediatorUnderTest mediators, int from) =>
        mediators.Of(from).Tell(new Publish(Topic, new BridgeHeartbeat(_round, ++_last, $"{from}", FeedLink.Up)), ActorRefs.NoSender);
}

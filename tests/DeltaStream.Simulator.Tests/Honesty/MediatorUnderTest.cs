using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
using DeltaStream.Actors.Topics;
using DeltaStream.Simulator.Twins;
using DeltaStream.Simulator.World;
using DeltaStream.TestSupport;

namespace DeltaStream.Simulator.Tests.Honesty;

/// <summary>The mediators of two nodes that are members of one cluster: the simulation's twins, or Akka's.</summary>
internal abstract class MediatorUnderTest : IDisposable
{
    /// <summary>The mediator of node 0 or 1.</summary>
    public abstract IActorRef Of(int node);

    public abstract ActorSystem System(int node);

    /// <summary>Lets time pass until a condition holds.</summary>
    public abstract void Until(Func<bool> condition, string what);

    /// <summary>The node's mediator fails and restarts.</summary>
    public abstract void Restart(int node);

    public abstract void Dispose();

    /// <summary>An actor of a node that keeps what it gets.</summary>
    public Inbox Inbox(int node)
    {
        var inbox = new Inbox();
        inbox.Ref = System(node).ActorOf(Props.Create(() => new Collector(inbox)));
        return inbox;
    }

    private sealed class Collector(Inbox inbox) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is Watch { Actor: var actor }) Context.Watch(actor);
            else inbox.Add(message);
        }
    }
}

/// <summary>Asks a collector to watch an actor.</summary>
internal sealed record Watch(IActorRef Actor) : INoSerializationVerificationNeeded;

/// <summary>What an actor has got, in order.</summary>
internal sealed class Inbox
{
    private readonly List<object> _messages = [];

    public IActorRef Ref { get; set; } = ActorRefs.Nobody;

    public IReadOnlyList<object> Messages
    {
        get { lock (_messages) return [.. _messages]; }
    }

    public IEnumerable<long> Numbers => Messages.OfType<BridgeHeartbeat>().Select(it => it.Sequence);

    public void Add(object message)
    {
        lock (_messages) _messages.Add(message);
    }
}

/// <summary>The twins.</summary>
internal sealed class TwinMediators : MediatorUnderTest
{
    private readonly SimWorld _world = new(new SimOptions { Kinds = [] });
    private readonly SimNode[] _nodes;

    public TwinMediators()
    {
        _nodes = [.. Enumerable.Range(0, 2).Select(machine => _world.Machines[machine].Node = new SimNode(_world, machine, 1) { IsMember = true })];
        foreach (var node in _nodes)
            foreach (var member in _nodes) node.Cluster.Joined(member);
    }

    public override IActorRef Of(int node) => _nodes[node].Cluster.Mediator;

    public override ActorSystem System(int node) => _nodes[node].System;

    public override void Until(Func<bool> condition, string what)
    {
        for (var end = _world.Loop.Now + TimeSpan.FromMinutes(2); !condition(); _world.Loop.RunUntil(_world.Loop.Now + TimeSpan.FromMilliseconds(20)))
            if (_world.Loop.Now > end || _world.Loop.IsOver) throw new TimeoutException($"not within two virtual minutes: {what} {_world.Loop.Escaped}");
    }

    public override void Restart(int node) => _nodes[node].Cluster.RealMediator.Tell(new MediatorTwin.Fail(), ActorRefs.NoSender);

    public override void Dispose()
    {
        foreach (var node in _nodes) node.Die();
    }
}

/// <summary>Akka's mediators, in two actor systems of a real cluster.</summary>
internal sealed class RealMediators : MediatorUnderTest
{
    private readonly ActorSystem[] _systems;

    public RealMediators()
    {
        var config = ConfigurationFactory.ParseString("""
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              actor.provider = cluster
              remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
              cluster.pub-sub.gossip-interval = 250ms
            }
            """).WithFallback(ConfigurationFactory.ParseString(TopicsHosting.Hocon)).WithFallback(DistributedPubSub.DefaultConfig());
        _systems = [.. Enumerable.Range(0, 2).Select(_ => ActorSystem.Create("deltastream", config))];
        foreach (var system in _systems) Cluster.Get(system).Join(Cluster.Get(_systems[0]).SelfAddress);
        Until(() => _systems.All(system => Cluster.Get(system).State.Members.Count(member => member.Status == MemberStatus.Up) == 2), "both are members");
    }

    public override IActorRef Of(int node) => DistributedPubSub.Get(_systems[node]).Mediator;

    public override ActorSystem System(int node) => _systems[node];

    public override void Until(Func<bool> condition, string what) => Eventually.True(condition, what).GetAwaiter().GetResult();

    // Akka's mediator makes an actor of each topic, and none may have an empty name.
    public override void Restart(int node) => Of(node).Tell(new Publish("", "restarts it"));

    public override void Dispose() => Task.WhenAll(_systems.Select(system => system.Terminate())).GetAwaiter().GetResult();
}

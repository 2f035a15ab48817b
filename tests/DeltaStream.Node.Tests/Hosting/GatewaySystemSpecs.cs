using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
using DeltaStream.Actors.Sessions;
using DeltaStream.Actors.Topics;
using DeltaStream.Node.Hosting;
using DeltaStream.Node.Settings;
using DeltaStream.Node.Transports.Relay;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Configuration;

namespace DeltaStream.Node.Tests.Hosting;

/// <summary>The actor system as the files in hocon set it up.</summary>
public sealed class GatewaySystemSpecs
{
    internal static readonly Config NodeConfig = NodeSettings.Read(
        new ConfigurationBuilder().Build(), true, Path.Combine(AppContext.BaseDirectory, "hocon")).Hocon;

    [Fact]
    public async Task A_message_between_nodes_has_its_own_serializer_or_the_start_fails()
    {
        var without = ActorSystem.Create("without", "akka.actor.provider = local");
        var with = ActorSystem.Create("with", ConfigurationFactory.ParseString(SessionsWiring.Hocon).WithFallback(ConfigurationFactory.ParseString(TopicsHosting.Hocon)).WithFallback(ConfigurationFactory.ParseString(RelaySerializer.Hocon)));
        Assert.Contains("not by RoomEventSerializer", Assert.Throws<InvalidOperationException>(() => SerializerCheck.Check(without)).Message);
        SerializerCheck.Check(with);
        await Task.WhenAll(without.Terminate(), with.Terminate());
    }

    [Fact]
    public async Task A_type_without_a_serializer_is_not_sent_as_json()
    {
        var system = ActorSystem.Create("strict", NodeConfig.WithFallback(ConfigurationFactory.Default()));
        Assert.ThrowsAny<Exception>(() => system.Serialization.FindSerializerForType(typeof(GatewaySystemSpecs)));
        await system.Terminate();
    }

    [Fact]
    public async Task Actors_run_in_the_order_in_which_they_received_work()
    {
        const int Actors = 1000;
        var system = ActorSystem.Create("ordered", NodeConfig.WithFallback(ConfigurationFactory.Default()));
        var ran = new ConcurrentQueue<int>();
        var actors = Enumerable.Range(0, Actors).Select(number => system.ActorOf(Props.Create(() => new Told(ran, number)))).ToArray();
        // Told from within an actor, as a topic tells its subscribers: there the pool would put them on the thread's own stack.
        system.ActorOf(Props.Create(() => new Teller(actors))).Tell("go");
        await Eventually.True(() => ran.Count == Actors, "all have run");
        // Exact but for what other threads have taken and not done yet.
        Assert.InRange(ran.ToList().IndexOf(Actors - 1), Actors - 100, Actors);
        await system.Terminate();
    }

    [Fact]
    public async Task A_topic_runs_on_the_default_dispatcher_and_the_mediator_on_the_internal_one()
    {
        var system = ActorSystem.Create("dispatchers", ConfigurationFactory.ParseString("akka.actor.provider = cluster\nakka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }")
            .WithFallback(NodeConfig).WithFallback(DistributedPubSub.DefaultConfig()));
        var mediator = DistributedPubSub.Get(system).Mediator;
        await mediator.Ask<SubscribeAck>(new Subscribe("general", system.ActorOf(Props.Empty)));
        var topic = await system.ActorSelection(mediator.Path / "general").ResolveOne(TimeSpan.FromSeconds(20));
        Assert.Equal(("akka.actor.default-dispatcher", "akka.actor.internal-dispatcher"), (DispatcherOf(topic), DispatcherOf(mediator)));
        await system.Terminate();

        static string DispatcherOf(IActorRef actor) => ((ActorCell)((ActorRefWithCell)actor).Underlying).Dispatcher.Id;
    }

    [Theory]
    [InlineData("akka.cluster.pub-sub.max-delta-elements", "2000")]
    [InlineData("akka.cluster.pub-sub.gossip-interval", "250ms")]
    [InlineData("akka.cluster.pub-sub.send-to-dead-letters-when-no-subscribers", "off")]
    [InlineData("akka.remote.dot-netty.tcp.maximum-frame-size", "4194304b")]
    [InlineData("akka.remote.dot-netty.tcp.send-buffer-size", "4194304b")]
    [InlineData("akka.remote.dot-netty.tcp.receive-buffer-size", "4194304b")]
    [InlineData("akka.coordinated-shutdown.run-by-clr-shutdown-hook", "off")]
    [InlineData("akka.cluster.split-brain-resolver.active-strategy", "keep-majority")]
    public void The_settings_that_avoid_known_traps_are_in_place(string path, string value) => Assert.Equal(value, NodeConfig.GetString(path));

    [Fact]
    public async Task A_node_that_has_left_its_cluster_is_not_a_full_member()
    {
        var port = FreePort.Next();
        var system = ActorSystem.Create("member", ConfigurationFactory.ParseString($$"""
            akka.actor.provider = cluster
            akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = {{port}} }
            akka.cluster { seed-nodes = ["akka.tcp://member@127.0.0.1:{{port}}"], run-coordinated-shutdown-when-down = off }
            akka.coordinated-shutdown { terminate-actor-system = off, run-by-actor-system-terminate = off, run-by-clr-shutdown-hook = off }
            """));
        var membership = new Membership(system);
        await Eventually.True(() => membership.IsFullMember, "the node is a member");
        Assert.Equal(1, membership.Members);
        var cluster = Cluster.Get(system);
        cluster.Leave(cluster.SelfAddress);
        await Eventually.True(() => !membership.IsFullMember, "the node is none any more");
        await system.Terminate();
        Assert.False(membership.IsFullMember);
    }

    private sealed class Teller(IActorRef[] actors) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            foreach (var actor in actors) actor.Tell(message);
        }
    }

    private sealed class Told(ConcurrentQueue<int> ran, int number) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            // Long enough for the last to be told before others have done the most.
            Thread.SpinWait(2_000);
            ran.Enqueue(number);
        }
    }
}

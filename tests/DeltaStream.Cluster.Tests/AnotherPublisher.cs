using System.Text;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Cluster.Tests;

/// <summary>A member of the cluster that only specs know: it says over the rooms' topics what it is told to, and nothing else.</summary>
internal sealed class AnotherPublisher : IAsyncDisposable
{
    private readonly ActorSystem _system;

    private AnotherPublisher(ActorSystem system) => _system = system;

    /// <summary>Joins the node's cluster. Its events reach a node once it has heard of the node's topics.</summary>
    public static AnotherPublisher Join(NodeProcess node, string hocon = "") => new(ActorSystem.Create("deltastream", ConfigurationFactory.ParseString($$"""
        akka.loglevel = WARNING
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
        akka.cluster.seed-nodes = ["akka.tcp://deltastream@{{node.Address}}"]
        akka.cluster.pub-sub.gossip-interval = 250ms
        akka.extensions = ["Akka.Cluster.Tools.PublishSubscribe.DistributedPubSubExtensionProvider, Akka.Cluster.Tools"]
        """).WithFallback(ConfigurationFactory.ParseString(TopicsHosting.Hocon + hocon)).WithFallback(DistributedPubSub.DefaultConfig())));

    public static MarketUpdate Price(string product, int price, Position position)
    {
        var json = $$"""{"product":"{{product}}","price":{{price}},"timestamp":"2026-11-24T10:00:00"}""";
        Assert.True(EnrichedMessage.TryRead(MessageKind.Underlying, Encoding.UTF8.GetBytes(json), 0, json.Length, out var message, out _));
        var received = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return new(MarketEvent.UnderlyingUpdate, message!.Key, position, message.Payload, message.Hash, received);
    }

    /// <summary>Says it over a room's topic.</summary>
    public void Say(Room room, MarketUpdate update) =>
        DistributedPubSub.Get(_system).Mediator.Tell(new Publish(TopicName.For(room), new RoomEvent(room, update)));

    /// <summary>The topics of all nodes as this member knows them.</summary>
    public async Task<IReadOnlyCollection<string>> TopicsAsync()
    {
        var known = await DistributedPubSub.Get(_system).Mediator.Ask<CurrentTopics>(GetTopics.Instance, Eventually.Patience);
        return [.. known.Topics.Select(Uri.UnescapeDataString)];
    }

    public async ValueTask DisposeAsync()
    {
        await CoordinatedShutdown.Get(_system).Run(CoordinatedShutdown.ClrExitReason.Instance);
        _system.Dispose();
    }
}

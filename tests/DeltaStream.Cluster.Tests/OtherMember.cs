using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
using DeltaStream.TestSupport;

namespace DeltaStream.Cluster.Tests;

/// <summary>Members of a node's cluster that only specs know, in the specs' own process.</summary>
internal static class OtherMember
{
    /// <summary>Joins. What it says reaches a node once it has heard of the node's topics.</summary>
    /// <param name="node">The node.</param>
    /// <param name="serializers">How the member writes and reads what passes between nodes.</param>
    public static ActorSystem Join(NodeProcess node, string serializers) => ActorSystem.Create("deltastream", ConfigurationFactory.ParseString($$"""
        akka.loglevel = WARNING
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
        akka.cluster.seed-nodes = ["akka.tcp://deltastream@{{node.Address}}"]
        akka.cluster.pub-sub.gossip-interval = 250ms
        akka.extensions = ["Akka.Cluster.Tools.PublishSubscribe.DistributedPubSubExtensionProvider, Akka.Cluster.Tools"]
        """).WithFallback(ConfigurationFactory.ParseString(serializers)).WithFallback(DistributedPubSub.DefaultConfig()));
}

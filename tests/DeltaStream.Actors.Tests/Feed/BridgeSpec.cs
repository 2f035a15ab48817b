using System.Text;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.TestKit;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Tests.Clients;
using DeltaStream.Actors.Tests.Lease;
using DeltaStream.Actors.Topics;
using DeltaStream.TestSupport;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Feed;

/// <summary>A one-node cluster with in-memory ports, for specs of the whole bridge.</summary>
public abstract class BridgeSpec : Akka.TestKit.Xunit2.TestKit
{
    protected const string Underlying = "enriched:underlying";
    protected const string Chain = "enriched:option_chain";

    protected BridgeSpec(ITestOutputHelper output, TimeProvider? time = null, string config = "") : base(Akka.Configuration.ConfigurationFactory.ParseString(config + ClusterConfig), null, output)
    {
        Time = time ?? TimeProvider.System;
        Feed = new InMemoryFeed(Time);
        Lease = new InMemoryLease(Time);
        Latest = new InMemoryLatest();
        var cluster = Cluster.Get(Sys);
        cluster.Join(cluster.SelfAddress);
        AwaitAssert(() => Assert.Equal(MemberStatus.Up, cluster.SelfMember.Status));
        Mediator = DistributedPubSub.Get(Sys).Mediator;
    }

    protected TimeProvider Time { get; }

    protected InMemoryFeed Feed { get; }

    protected InMemoryLease Lease { get; }

    protected InMemoryLatest Latest { get; }

    protected IActorRef Mediator { get; }

    protected BridgeStatus Status { get; } = new();

    private protected MemoryLogs Logs { get; } = new();

    public static string ClusterConfig => Patience.Hocon + """
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        akka.cluster.jmx.enabled = off
        akka.loglevel = INFO
        """;

    /// <summary>A lease in real time, and what a bridge thinks of silent members, outlive a breakpoint.</summary>
    private BridgeSettings Unhurried(BridgeSettings settings) => !Patience.IsDebugged || Time != TimeProvider.System ? settings
        : settings with { LeaseTtl = Patience.For(settings.LeaseTtl), ReachTimeout = Patience.For(settings.ReachTimeout) };

    protected IActorRef StartBridge(BridgeSettings? settings = null) =>
        BridgeHosting.Start(Sys, Unhurried(settings ?? new BridgeSettings()), new BridgePorts(Feed, Lease, Latest) { Log = Logs, Status = Status }, Time);

    protected TestProbe Listen(string topic)
    {
        var probe = CreateTestProbe();
        Mediator.Tell(new Subscribe(topic, probe.Ref), probe.Ref);
        probe.ExpectMsg<SubscribeAck>();
        return probe;
    }

    protected TestProbe Listen(Room room) => Listen(TopicName.For(room));

    protected static string Price(string product, decimal price, string timestamp = "2026-11-23T10:00:00") =>
        $$"""{"product": "{{product}}", "price": {{price}}, "timestamp": "{{timestamp}}", "extra": [1, 2.50]}""";

    protected static string ChainOf(string product, string expiry, decimal spot, string timestamp = "2026-11-23T10:00:00") =>
        $$"""{"product": "{{product}}", "expiry": "{{expiry}}", "spot_price": {{spot}}, "pcr_oi": 1.10, "max_pain_strike": 21650.0, "calls": [{"strike": 1}], "puts": [], "timestamp": "{{timestamp}}"}""";

    protected static string Text(MarketUpdate update) => Encoding.UTF8.GetString(update.Payload.Span);
}

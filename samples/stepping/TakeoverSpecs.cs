using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Streams.Dsl;
using Akka.Streams.TestKit;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Actors.Tests.Clients;
using DeltaStream.Actors.Tests.Feed;
using DeltaStream.Actors.Tests.Lease;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace DeltaStream.Stepping;

/// <summary>Page 4. Another bridge becomes the active one: IntakeLedger and PublishStage, and the two states of the BridgeActor.</summary>
public sealed class TakeoverSpecs(ITestOutputHelper output) : SteppingSpec(output, "akka.actor.provider = cluster\nakka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }\n")
{
    [Fact]
    public void The_successor_publishes_the_messages_that_its_predecessor_did_not_and_no_older_value()
    {
        // Arrange: this bridge stands by. The graph runs, but without the right PublishStage.Pump pulls nothing.
        var settings = new BridgeSettings();
        var ledger = new IntakeLedger(settings.TakeoverHold, settings.MaxKeys);
        var inlet = new FeedInlet(settings, ledger, new MessageReader(new BridgeSettings { MaxMessageBytes = 1_000 }, Clock, new(NullLogger.Instance), new NodeProblems()), Clock);
        var right = new PublishingRight(Clock);
        var published = this.CreateSubscriberProbe<MarketUpdate>();
        var graph = BridgeGraph.Create(
            new ConflateStage(inlet, Clock),
            new PublishStage(settings, Clock, right, ledger, new TopicPublisher(Sys, Mediator, "node:1", new(NullLogger.Instance))),
            Sink.FromSubscriber(published).MapMaterializedValue(_ => Task.CompletedTask)).Run(OnThisThread);
        published.Request(10);
        Mediator.ExpectMsg<Subscribe>();

        // Both bridges receive the feed; the predecessor's term has epoch 6, and this bridge hears in `general` what it publishes.
        foreach (var product in new[] { "EARLY", "LAST", "NEVER", "AHEAD" }) inlet.Receive(Price(product, 1));
        ledger.Heard(PublishedValue.Of(Published("EARLY", 1, epoch: 6, sequence: 1)), Clock.Elapsed());
        Pass(TimeSpan.FromSeconds(1));
        ledger.Heard(PublishedValue.Of(Published("LAST", 1, epoch: 6, sequence: 2)), Clock.Elapsed());
        ledger.Heard(PublishedValue.Of(Published("AHEAD", 2, epoch: 6, sequence: 3)), Clock.Elapsed());
        Pass(TimeSpan.FromSeconds(1));

        // Act: the predecessor is silent, its lease has expired, and this bridge gets it. Set a breakpoint in IntakeLedger.Decide.
        right.Grant(epoch: 7, validUntil: long.MaxValue);
        right.Begin(epoch: 7);
        graph.Control.RightChanged();

        // Assert: EARLY was published long ago and is skipped. LAST may not have reached every node and is published again. NEVER is
        // published for the first time. AHEAD is held back: a newer price was published than this bridge has received.
        var (first, second) = (published.ExpectNext(), published.ExpectNext());
        Assert.Equal(("LAST", new Position(7, 1)), (first.Key.Symbol, first.Position));
        Assert.Equal(("NEVER", new Position(7, 2)), (second.Key.Symbol, second.Position));
        Mediator.ReceiveN(4);
        Assert.False(Mediator.HasMessages);

        // When the hold is over, AHEAD's own timestamp decides: 1 is older than the published 2 and skipped, 3 is newer.
        Pass(settings.TakeoverHold + TimeSpan.FromMilliseconds(10));
        Assert.False(Mediator.HasMessages);
        inlet.Receive(Price("AHEAD", 3));
        Assert.Equal(Price("AHEAD", 3).Payload.ToArray(), published.ExpectNext().Payload.ToArray());
    }

    [Fact]
    public void The_BridgeActor_becomes_publishing_with_the_lease_and_standing_by_without()
    {
        // Arrange: a bridge alone, which has not joined a cluster: so its LeaseActor asks for no lease, and the spec speaks in its place.
        var status = new BridgeStatus();
        var ports = new BridgePorts(new InMemoryFeed(Clock), new InMemoryLease(Clock), new MemoryStore()) { Status = status };
        var bridge = ActorOfAsTestActorRef<BridgeActor>(BridgeActor.Props(new BridgeSettings(), ports, Clock, "node:1"));
        Assert.False(status.IsActive);

        // Act: F11 goes into BridgeActor.StandingBy, and from there into Begin, which does Become(Publishing(7)).
        bridge.Tell(new RightGranted(7));
        Assert.True(status.IsActive);

        // Act: the same message again. BridgeActor.Publishing handles it now: the term continues, and no new one begins.
        bridge.Tell(new RightGranted(7));

        // Act: the term is over. InEitherState leads to StandBy, which does Become(StandingBy).
        bridge.Tell(new RightEnded(7, "expired"));

        // Assert
        Assert.False(status.IsActive);
    }
}

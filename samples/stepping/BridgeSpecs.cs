using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Streams.Dsl;
using Akka.Streams.TestKit;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Actors.Topics;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace DeltaStream.Stepping;

/// <summary>Page 1. From Redis to the topics: FeedInlet, ConflateStage, PublishStage, as BridgeGraph joins them.</summary>
public sealed class BridgeSpecs : SteppingSpec
{
    private static readonly BridgeSettings Settings = new() { MaxRate = 2 };

    private readonly FeedInlet _inlet;
    private readonly TestSubscriber.Probe<MarketUpdate> _store;

    public BridgeSpecs(ITestOutputHelper output) : base(output)
    {
        // This bridge holds the lease: its term has epoch 7.
        var right = new PublishingRight(Clock);
        right.Grant(epoch: 7, validUntil: long.MaxValue);
        right.Begin(epoch: 7);

        // The graph of production, but for its two ends: the mediator is a probe, and so is the sink that writes to the store.
        var ledger = new IntakeLedger(Settings.TakeoverHold, Settings.MaxKeys);
        _inlet = new FeedInlet(Settings, ledger, new MessageReader(new BridgeSettings { MaxMessageBytes = 1_000 }, Clock, new(NullLogger.Instance), new NodeProblems()), Clock);
        _store = this.CreateSubscriberProbe<MarketUpdate>();
        BridgeGraph.Create(
            new ConflateStage(_inlet, Clock),
            new PublishStage(Settings, Clock, right, ledger, new TopicPublisher(Sys, Mediator, "node:1", new(NullLogger.Instance))),
            Sink.FromSubscriber(_store).MapMaterializedValue(_ => Task.CompletedTask)).Run(OnThisThread);
        Mediator.ExpectMsg<Subscribe>(it => it.Topic == TopicName.Canary("node:1"));
    }

    [Fact]
    public void A_price_goes_to_the_topics_of_its_rooms_and_to_the_store()
    {
        // Arrange: downstream asks for one update. PublishStage.Pump pulls, ConflateStage.Emit finds nothing yet.
        _store.Request(1);

        // Act: set breakpoints in FeedInlet.Enter, ConflateStage.Emit and PublishStage.Publish; all three are hit before this returns.
        _inlet.Receive(Price("NIFTY", 1));

        // Assert: the wide room comes first, both copies have one position, and the store gets the bytes untouched.
        var general = (RoomEvent)Mediator.ExpectMsg<Publish>().Message;
        var narrow = (RoomEvent)Mediator.ExpectMsg<Publish>().Message;
        Assert.Equal((Room.General, Room.Product("NIFTY")), (general.Room, narrow.Room));
        Assert.Equal((new Position(7, 1), new Position(7, 1)), (general.Update.Position, narrow.Update.Position));
        Assert.Equal(Price("NIFTY", 1).Payload.ToArray(), _store.ExpectNext().Payload.ToArray());
    }

    [Fact]
    public void While_downstream_does_not_ask_the_newest_price_of_each_key_waits()
    {
        // Arrange, act: downstream has no demand. Set a breakpoint in ConflationBuffer.Offer: prices 2 and 3 replace price 1.
        foreach (var price in new[] { 1, 2, 3 }) _inlet.Receive(Price("NIFTY", price));
        _inlet.Receive(Price("BANKNIFTY", 1));
        Assert.False(Mediator.HasMessages);

        // Act: F11 goes from the demand into PublishStage.Pump, and from its Pull into ConflateStage.Emit.
        _store.Request(2);

        // Assert: NIFTY has kept its place in the queue, with its newest price.
        Assert.Equal(Price("NIFTY", 3).Payload.ToArray(), _store.ExpectNext().Payload.ToArray());
        Assert.Equal("BANKNIFTY", _store.ExpectNext().Key.Symbol);
    }

    [Fact]
    public void A_throttled_key_is_published_when_its_time_has_come()
    {
        // Arrange: two updates a second are let through, so after the first the key has to wait for half a second.
        _store.Request(10);
        _inlet.Receive(Price("NIFTY", 1));
        _store.ExpectNext();
        Mediator.ReceiveN(2);

        // Act: look at FeedInlet.NextDue, and at the timer that ConflateStage.Emit sets.
        foreach (var price in new[] { 2, 3 }) _inlet.Receive(Price("NIFTY", price));
        Pass(TimeSpan.FromMilliseconds(490));
        Assert.False(Mediator.HasMessages);

        // Assert: the timer runs within Pass. Set a breakpoint in ConflateStage.OnTimer.
        Pass(TimeSpan.FromMilliseconds(20));
        Assert.Equal(Price("NIFTY", 3).Payload.ToArray(), _store.ExpectNext().Payload.ToArray());
    }
}

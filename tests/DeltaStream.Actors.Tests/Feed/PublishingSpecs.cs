using System.Text;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.Streams.TestKit;
using Akka.TestKit;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Topics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Feed;

/// <summary>The publishing stage between a source and a sink of the spec's, in virtual time.</summary>
public sealed class PublishingSpecs : Akka.TestKit.Xunit2.TestKit
{
    private const int ManyKeys = 20_000;

    private readonly FakeTimeProvider _clock = new();
    private readonly IntakeLedger _ledger = new(TimeSpan.FromMilliseconds(500), ManyKeys);
    private readonly PublishingRight _right;
    private readonly TestProbe _mediator;

    public PublishingSpecs(ITestOutputHelper output) : base(VirtualTime.Config, output)
    {
        _right = new PublishingRight(_clock);
        _right.Grant(7, long.MaxValue);
        _right.Begin(7);
        _mediator = CreateTestProbe();
    }

    [Fact]
    public void A_message_that_comes_when_a_held_one_has_just_gone_waits_until_downstream_asks()
    {
        var (source, sink) = this.SourceProbe<Intake>().Via(Stage()).ToMaterialized(this.SinkProbe<MarketUpdate>(), Keep.Both)
            .WithAttributes(Attributes.CreateInputBuffer(1, 1)).Run(Sys.Materializer());
        sink.Request(1);
        AwaitAssert(() => Assert.True(_ledger.HoldUntil > TimeSpan.Zero));
        source.SendNext(Held("A"));
        source.ExpectRequest();

        // The stage has asked for one more, and now the held one takes downstream's demand.
        AwaitAssert(() =>
        {
            Pass(TimeSpan.FromMilliseconds(500));
            Assert.Equal("A", sink.ExpectNext(TimeSpan.FromMilliseconds(100)).Key.Symbol);
        });
        source.SendNext(Received("B"));
        sink.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        sink.Request(1);
        Assert.Equal("B", sink.ExpectNext().Key.Symbol);
    }

    [Fact]
    public void Holding_many_keys_back_takes_no_longer_for_each()
    {
        var (taken, published) = (0, 0);
        var intakes = Enumerable.Range(0, ManyKeys).Select(number => Held("K" + number)).ToArray();
        Source.From(intakes).Select(intake => Count(intake, ref taken)).Concat(Source.Never<Intake>()).Via(Stage())
            .RunForeach(update => Count(update, ref published), Sys.Materializer());
        AwaitAssert(() => Assert.Equal(ManyKeys, Volatile.Read(ref taken)), TimeSpan.FromSeconds(10));
        Assert.Equal(0, Volatile.Read(ref published));
        AwaitAssert(() =>
        {
            Pass(TimeSpan.FromMilliseconds(500));
            Assert.Equal(ManyKeys, Volatile.Read(ref published));
        }, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void While_the_mediator_keeps_up_more_than_one_round_trip_is_under_way_and_never_more_than_four()
    {
        var intakes = Enumerable.Range(0, 1_000).Select(number => Received("K" + number)).ToArray();
        Source.From(intakes).Concat(Source.Never<Intake>()).Via(Stage(roundTripEvery: 64)).RunForeach(_ => { }, Sys.Materializer());
        var stage = _mediator.ExpectMsg<Subscribe>().Ref;
        var sent = new List<object>();
        foreach (var roundTrips in new[] { 1, 3, 5, 7, 8, 9 })
        {
            AwaitAssert(() =>
            {
                while (_mediator.ReceiveOne(TimeSpan.Zero) is Publish published) sent.Add(published.Message);
                Assert.Equal(roundTrips, sent.OfType<Canary>().Count());
            });
            Assert.Equal(roundTrips * 64, sent.OfType<RoomEvent>().Count());
            stage.Tell(Canary.Instance);
        }
    }

    private PublishStage Stage(int roundTripEvery = 10 * ManyKeys) => new(
        new BridgeSettings { RoundTripEvery = roundTripEvery }, _clock, _right, _ledger, new TopicPublisher(Sys, _mediator.Ref, "node:1", new(NullLogger.Instance)));

    private static T Count<T>(T item, ref int counter)
    {
        Interlocked.Increment(ref counter);
        return item;
    }

    private void Pass(TimeSpan time)
    {
        _clock.Advance(time);
        ((TestScheduler)Sys.Scheduler).Advance(time);
    }

    /// <summary>A message of a key of which another bridge has published a value that is not received here.</summary>
    private Intake Held(string product)
    {
        _ledger.Heard(new PublishedValue(ConflationKey.Underlying(product), new Position(1, 1), Hash: 1, Timestamp: 0, ReceivedAt: 0), _clock.Elapsed());
        return Received(product);
    }

    private Intake Received(string product)
    {
        var json = Encoding.UTF8.GetBytes($$"""{"product":"{{product}}","price":1,"timestamp":"2026-11-23T10:00:00"}""");
        Assert.True(EnrichedMessage.TryRead(MessageKind.Underlying, json, 0, 1_000, out var message, out _));
        return _ledger.Received(message!, _clock.UnixMicroseconds(), _clock.Elapsed())!;
    }
}

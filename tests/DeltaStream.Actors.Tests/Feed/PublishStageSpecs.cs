using System.Collections.Concurrent;
using System.Text;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.TestKit;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Actors.Topics;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Feed;

/// <summary>The whole graph with a mediator that a spec holds in its hand.</summary>
public class PublishStageSpecs : Akka.TestKit.Xunit2.TestKit
{
    private const int Keys = 10;
    private static readonly BridgeSettings Settings = new() { MaxRate = 0, RoundTripTimeout = TimeSpan.FromMilliseconds(200) };

    private readonly IntakeLedger _ledger = new(Settings.TakeoverHold, Settings.MaxKeys);
    private readonly FeedInlet _inlet;
    private readonly PublishingRight _right = new(TimeProvider.System);
    private readonly TestProbe _mediator;
    private readonly InMemoryLatest _latest = new();
    private readonly ConcurrentQueue<IBridgeEvent> _told = new();
    private readonly IPublishControl _control;
    private readonly IActorRef _stage;
    private readonly List<WeakReference> _fed = [];

    public PublishStageSpecs(ITestOutputHelper output) : base(output: output)
    {
        _mediator = CreateTestProbe();
        _inlet = new FeedInlet(Settings, _ledger, new MessageReader(new BridgeSettings { MaxMessageBytes = 100_000 }, TimeProvider.System, new(NullLogger.Instance), new NodeProblems()), TimeProvider.System);
        var running = BridgeGraph.Create(
            new ConflateStage(_inlet, TimeProvider.System),
            new PublishStage(Settings, TimeProvider.System, _right, _ledger, new TopicPublisher(Sys, _mediator.Ref, "node:1", new(NullLogger.Instance))),
            BridgeGraph.Store(_latest, _told.Enqueue, Settings, CancellationToken.None)).Run(Sys.Materializer());
        _control = running.Control;
        var subscribed = _mediator.ExpectMsg<Subscribe>();
        _stage = subscribed.Ref;
        Assert.StartsWith("bridge:canary:", subscribed.Topic);
    }

    [Fact]
    public void With_the_mediator_stalled_memory_stays_flat_and_then_only_the_newest_values_go()
    {
        Begin();
        for (var i = 1; i <= 20_000; i++) Feed("K" + i % Keys, i, padding: 4_000);

        var sent = Sent();
        Assert.Equal(1, sent.Count(IsCanary));
        Assert.InRange(RoomEvents(sent).Count, Settings.RoundTripEvery, Settings.RoundTripEvery + 2);
        sent.Clear();
        // Of what was fed there is left what was published, one message a key that waits, and what is between two stages.
        AwaitAssert(() => Assert.InRange(AliveAfterCollection(), Keys, Settings.RoundTripEvery + 10 * Keys));

        _stage.Tell(Canary.Instance);
        var newest = new Dictionary<string, int>();
        AwaitAssert(() =>
        {
            foreach (var update in RoomEvents(Sent()).Select(each => each.Update)) newest[update.Key.Symbol] = PriceOf(update);
            Assert.Equal(Keys, newest.Count);
        });
        Assert.All(newest.Values, price => Assert.True(price > 20_000 - Keys, $"{price} was superseded"));
    }

    [Fact]
    public void A_canary_that_comes_back_lets_publishing_continue()
    {
        Begin();
        for (var i = 1; i <= 1_000; i++)
        {
            Feed("K" + i, i);
            AnswerCanaries();
        }

        AwaitAssert(() =>
        {
            AnswerCanaries();
            Assert.Equal(1_000, _latest.Values.Count);
        });
    }

    [Fact]
    public void Subscriptions_lost_by_a_restarted_mediator_are_noticed_and_made_again()
    {
        var told = CreateTestProbe();
        Sys.EventStream.Subscribe<SubscriptionsLost>(told.Ref);
        Begin();
        for (var i = 1; i <= Settings.RoundTripEvery / 2; i++) Feed("K" + i, i);
        _mediator.FishForMessage(IsCanary);

        // The canary got lost; the next message is about the subscription, and only when it is answered the loss is certain.
        var again = (Subscribe)_mediator.FishForMessage(message => message is Subscribe);
        told.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        _stage.Tell(new SubscribeAck(again));
        told.ExpectMsg<SubscriptionsLost>();
        _mediator.FishForMessage(IsCanary);
        _stage.Tell(Canary.Instance);
        Feed("LAST", 1);
        _mediator.FishForMessage(message => message is Publish { Message: RoomEvent { Update.Key.Symbol: "LAST" } });
    }

    [Fact]
    public void A_mediator_that_is_only_slow_is_not_taken_for_a_restarted_one()
    {
        var told = CreateTestProbe();
        Sys.EventStream.Subscribe<SubscriptionsLost>(told.Ref);
        Begin();
        for (var i = 1; i <= Settings.RoundTripEvery / 2; i++) Feed("K" + i, i);
        var again = (Subscribe)_mediator.FishForMessage(message => message is Subscribe);
        _stage.Tell(Canary.Instance);
        _stage.Tell(new SubscribeAck(again));
        Feed("LAST", 1);
        _mediator.FishForMessage(message => message is Publish { Message: RoomEvent { Update.Key.Symbol: "LAST" } });
        told.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void Without_the_right_no_value_is_published_and_with_it_the_newest_values_are()
    {
        Feed("A", 1);
        Feed("A", 2);
        _mediator.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        Begin();
        Assert.Equal(2, PriceOf(ExpectRoomEvent().Update));
    }

    [Fact]
    public void A_message_taken_when_the_right_had_just_ended_is_kept_for_the_next_term()
    {
        Begin();
        Feed("A", 1);
        Assert.Equal(1, PriceOf(ExpectRoomEvent().Update));
        Assert.Equal(1, PriceOf(ExpectRoomEvent().Update));
        _right.Withdraw();
        Feed("A", 2);
        Feed("B", 3);
        Assert.Empty(RoomEvents(Sent()));

        _right.Grant(8, long.MaxValue);
        _right.Begin(8);
        _control.RightChanged();

        var updates = new List<MarketUpdate>();
        AwaitAssert(() =>
        {
            updates.AddRange(RoomEvents(Sent()).Where(each => each.Room == Room.General).Select(each => each.Update));
            Assert.Equal(2, updates.Count);
        });
        Assert.Equal([2, 3], updates.Select(PriceOf).Order());
        Assert.Equal([new Position(8, 1), new Position(8, 2)], updates.Select(update => update.Position));
    }

    [Fact]
    public void A_store_that_hangs_delays_no_publication_and_gets_the_newest_values_afterwards()
    {
        var stall = new TaskCompletionSource();
        _latest.Stall = stall;
        Begin();
        for (var i = 1; i <= 500; i++)
        {
            Feed("A", i);
            _mediator.FishForMessage(message => message is Publish { Message: RoomEvent { Room.Kind: RoomKind.Product } roomEvent } && PriceOf(roomEvent.Update) == i);
            if (i * 2 % Settings.RoundTripEvery == 0) _stage.Tell(Canary.Instance);
        }

        Assert.Empty(_latest.Values);
        _latest.Stall = null;
        stall.SetResult();
        AwaitAssert(() => Assert.Equal(500, PriceOf(_latest.Values[ConflationKey.Underlying("A")])));
        Assert.Equal(2, _latest.Writes);
    }

    [Fact]
    public void A_store_that_is_unreachable_or_refuses_is_reported_and_delays_nothing()
    {
        _latest.IsDown = true;
        Begin();
        Feed("A", 1);
        AwaitAssert(() => Assert.Equal([new WriteFailed("the store is down")], _told));
        _latest.IsDown = false;
        var key = ConflationKey.Underlying("A");
        _latest.Values[key] = new MarketUpdate(MarketEvent.UnderlyingUpdate, key, new Position(99, 1), default, 0, 0);
        Feed("A", 2);
        AwaitAssert(() => Assert.Equal(new WriteRefused(), _told.Last()));
    }

    private void Begin()
    {
        _right.Grant(7, long.MaxValue);
        _right.Begin(7);
        _control.RightChanged();
    }

    private void Feed(string product, int price, int padding = 0)
    {
        var json = $$"""{"product":"{{product}}","price":{{price}},"timestamp":"2026-11-23T10:00:00","x":"{{new string('x', padding)}}"}""";
        var payload = Encoding.UTF8.GetBytes(json);
        _fed.Add(new WeakReference(payload));
        _inlet.Receive(new FeedMessage(MessageKind.Underlying.Channel, payload, TimeProvider.System.UnixMicroseconds()));
    }

    private int AliveAfterCollection()
    {
        GC.Collect();
        return _fed.Count(payload => payload.IsAlive);
    }

    private RoomEvent ExpectRoomEvent() =>
        (RoomEvent)((Publish)_mediator.FishForMessage(message => message is Publish { Message: RoomEvent })).Message;

    private void AnswerCanaries()
    {
        foreach (var _ in Sent().Where(IsCanary)) _stage.Tell(Canary.Instance);
    }

    private List<object> Sent()
    {
        var sent = new List<object>();
        while (_mediator.ReceiveOne(TimeSpan.Zero) is { } message) sent.Add(message);
        return sent;
    }

    private static bool IsCanary(object message) => message is Publish { Message: Canary };

    private static List<RoomEvent> RoomEvents(IEnumerable<object> sent) =>
        [.. sent.OfType<Publish>().Select(publish => publish.Message).OfType<RoomEvent>()];

    private static int PriceOf(MarketUpdate update)
    {
        using var json = System.Text.Json.JsonDocument.Parse(update.Payload);
        return json.RootElement.GetProperty("price").GetInt32();
    }
}

using System.Text;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Streams;
using Akka.Streams.Dsl;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Telemetry;
using DeltaStream.Actors.Topics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Feed;

/// <summary>A holder whose time has run out publishes nothing, though nobody has told it so: a process that was paused and wakes.</summary>
public class FenceSpecs(ITestOutputHelper output) : Akka.TestKit.Xunit2.TestKit(output: output)
{
    private static readonly BridgeSettings Settings = new() { MaxRate = 0 };

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void The_right_ends_by_the_clock_alone()
    {
        var right = new PublishingRight(_clock);
        Assert.Null(right.Current);
        right.Grant(7, _clock.Later(0, Elapsed + TimeSpan.FromSeconds(1)));
        right.Begin(7);
        Assert.Equal(7, right.Current?.Epoch);
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(7, right.Current?.Epoch);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(right.Current);
        right.Grant(7, _clock.Later(0, Elapsed + TimeSpan.FromSeconds(1)));
        Assert.Equal(7, right.Current?.Epoch);
        right.Withdraw();
        Assert.Null(right.Current);
    }

    [Fact]
    public void A_message_received_after_the_right_has_ended_is_not_published()
    {
        var (right, mediator) = (new PublishingRight(_clock), CreateTestProbe());
        var ledger = new IntakeLedger(Settings.TakeoverHold, Settings.MaxKeys);
        var inlet = new FeedInlet(Settings, ledger, new MessageReader(new BridgeSettings { MaxMessageBytes = 1_000 }, _clock, new(NullLogger.Instance), new NodeProblems()), _clock);
        var running = BridgeGraph.Create(
            new ConflateStage(inlet, _clock),
            new PublishStage(Settings, _clock, right, ledger, new TopicPublisher(Sys, mediator.Ref, "node:1", new(NullLogger.Instance))),
            Sink.ForEach<MarketUpdate>(_ => { }).MapMaterializedValue(done => (Task)done)).Run(Sys.Materializer());
        right.Grant(7, _clock.Later(0, Elapsed + TimeSpan.FromSeconds(1)));
        right.Begin(7);
        running.Control.RightChanged();
        Feed(inlet, 1);
        foreach (var _ in MarketEvent.UnderlyingUpdate.RoomsOf(ConflationKey.Underlying("NIFTY"))) Assert.Equal(7, Epoch(mediator.FishForMessage(IsRoomEvent)));

        // It wakes: no timer of it has run, and no word of another has come.
        _clock.Advance(TimeSpan.FromSeconds(10));
        for (var price = 2; price <= 20; price++) Feed(inlet, price);
        right.Grant(9, _clock.Later(0, Elapsed + TimeSpan.FromSeconds(1)));
        right.Begin(9);
        running.Control.RightChanged();

        object? message;
        do
        {
            message = mediator.FishForMessage(IsRoomEvent);
            Assert.Equal(9, Epoch(message));
        }
        while (!IsFor(message, 20));
    }

    private TimeSpan Elapsed => _clock.GetElapsedTime(0, _clock.GetTimestamp());

    private static bool IsRoomEvent(object message) => message is Publish { Message: RoomEvent };

    private static long Epoch(object message) => Event(message).Update.Position.Epoch;

    private static bool IsFor(object message, int price) => Encoding.UTF8.GetString(Event(message).Update.Payload.Span).Contains($"\"price\":{price},", StringComparison.Ordinal);

    private static RoomEvent Event(object message) => (RoomEvent)((Publish)message).Message;

    private void Feed(FeedInlet inlet, int price) => inlet.Receive(new FeedMessage(
        MessageKind.Underlying.Channel, Encoding.UTF8.GetBytes($$"""{"product":"NIFTY","price":{{price}},"timestamp":"2026-11-23T10:00:00"}"""), _clock.UnixMicroseconds()));
}

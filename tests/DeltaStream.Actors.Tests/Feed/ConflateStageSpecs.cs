using System.Text;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.TestKit;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Feed;

/// <summary>The throttle in the running graph: the first value at once, the last one always.</summary>
public class ConflateStageSpecs : Akka.TestKit.Xunit2.TestKit
{
    private const int Burst = 100;
    private static readonly BridgeSettings Settings = new() { MaxRate = 50 };

    private readonly FakeTimeProvider _clock = new();
    private readonly FeedInlet _inlet;

    public ConflateStageSpecs(ITestOutputHelper output) : base(VirtualTime.Config, output) => _inlet = new FeedInlet(
        Settings, new IntakeLedger(Settings.TakeoverHold, Settings.MaxKeys), new MessageReader(new BridgeSettings { MaxMessageBytes = 1_000 }, _clock, new(NullLogger.Instance), new NodeProblems()), _clock);

    [Fact]
    public void The_last_value_of_a_burst_is_sent_although_no_message_follows()
    {
        Run();
        Receive(1);
        Assert.Equal(1, ExpectMsg<Intake>().Ordinal);
        for (var ordinal = 2; ordinal <= Burst; ordinal++) Receive(ordinal);

        // No more than the throttle's bucket holds, and then the newest when its time has come.
        var taken = new List<long>();
        AwaitAssert(() =>
        {
            while (ReceiveOne(TimeSpan.Zero) is Intake intake) taken.Add(intake.Ordinal);
            _clock.Advance(TimeSpan.FromMilliseconds(5));
            ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromMilliseconds(5));
            Assert.Equal(Burst, taken.LastOrDefault());
        }, interval: TimeSpan.FromMilliseconds(5));
        Assert.Equal(taken.Order().Distinct(), taken);
        Assert.InRange(taken.Count, 1, (int)(ConflationBuffer<Intake>.Jitter.TotalSeconds * Settings.MaxRate) + 1);
    }

    [Fact]
    public void Messages_received_while_no_graph_runs_wait_for_the_next_graph()
    {
        Receive(1);
        Receive(2);
        Run();
        Assert.Equal(2, ExpectMsg<Intake>().Ordinal);
    }

    [Fact]
    public void Fast_messages_are_not_conflated_while_downstream_has_demand()
    {
        Run();
        // Until the first message is through, the graph may not have begun: what comes before that is conflated.
        Receive(1);
        ExpectMsg<Intake>();
        for (var ordinal = 2; ordinal <= 10; ordinal++) Receive(ordinal);
        Assert.Equal(Enumerable.Range(2, 9), Enumerable.Range(2, 9).Select(_ => (int)ExpectMsg<Intake>().Ordinal));
    }

    [Fact]
    public void A_queue_over_its_bounds_is_conflated_without_demand()
    {
        for (var ordinal = 1; ordinal <= 10_000; ordinal++) Receive(ordinal);
        Assert.True(_inlet.TryTake(out var first));
        Assert.Equal(8193, first.Ordinal);
    }

    [Fact]
    public void A_new_graph_gets_the_messages_that_the_former_graph_may_not_have_published()
    {
        Receive(1);
        Receive(2);
        while (_inlet.TryTake(out _)) { }
        _clock.Advance(TimeSpan.FromSeconds(1));
        Run();
        Assert.Equal(2, ExpectMsg<Intake>().Ordinal);
    }

    private void Run() => Source.FromGraph(new ConflateStage(_inlet, _clock)).RunForeach(intake => TestActor.Tell(intake, TestActor), Sys.Materializer());

    private void Receive(int price) => _inlet.Receive(new FeedMessage(
        MessageKind.Underlying.Channel, Encoding.UTF8.GetBytes($$"""{"product":"NIFTY","price":{{price}},"timestamp":"2026-11-23T10:00:00"}"""), _clock.UnixMicroseconds()));
}

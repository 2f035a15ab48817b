using System.Text;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.TestKit;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using Microsoft.Extensions.Time.Testing;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Feed;

/// <summary>The throttle in the running graph: the first value at once, the last one always.</summary>
public class ConflateStageSpecs(ITestOutputHelper output) : Akka.TestKit.Xunit2.TestKit(VirtualTime.Config, output)
{
    private const int Burst = 100;
    private static readonly BridgeSettings Settings = new() { MaxRate = 50 };

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task The_last_value_of_a_burst_goes_though_nothing_follows_it()
    {
        var feed = Source.Queue<Intake>(Burst, OverflowStrategy.Backpressure)
            .Via(new ConflateStage(Settings, _clock))
            .To(Sink.ForEach<Intake>(intake => TestActor.Tell(intake, TestActor)))
            .Run(Sys.Materializer());
        await feed.OfferAsync(Value(1));
        Assert.Equal(1, ExpectMsg<Intake>().Ordinal);
        for (var ordinal = 2; ordinal <= Burst; ordinal++) await feed.OfferAsync(Value(ordinal));

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

    private Intake Value(int price)
    {
        var json = Encoding.UTF8.GetBytes($$"""{"product":"NIFTY","price":{{price}},"timestamp":"2026-11-23T10:00:00"}""");
        var now = (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        Assert.True(EnrichedMessage.TryRead(EnrichedMessage.UnderlyingChannel, json, 1_000, out var message, out _));
        return new Intake(price, message!, now);
    }
}

using System.Text;
using Akka.Actor;
using Akka.Streams;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Dispatch;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Topics;
using DeltaStream.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit.Abstractions;

namespace DeltaStream.Stepping;

/// <summary>
/// What every page needs. Actors, streams and probes run on the thread of the spec, so that F11 goes from a Tell into the
/// receiver; timers and clock stand still until <see cref="Pass"/> moves both.
/// </summary>
public abstract class SteppingSpec : TestKit
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private const string CallingThread = "akka.test.calling-thread-dispatcher";

    protected SteppingSpec(ITestOutputHelper output, string config = "") : base(config + Config, output: output)
    {
        Mediator = CreateTestProbe("mediator");
        OnThisThread = ActorMaterializer.Create(Sys, ActorMaterializerSettings.Create(Sys).WithDispatcher(CallingThread));
        // A graph on this thread can start only after the materializer's supervisor has started.
        SpinWait.SpinUntil(() => ((RepointableActorRef)OnThisThread.Supervisor).IsStarted, Patience.ForSeconds(20));
    }

    internal static string Config => Patience.Hocon + IdleMailbox.Hocon + """

        akka.loglevel = WARNING
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        """;

    private protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.Zero));

    /// <summary>Stands for the pub-sub mediator: the spec sees what reaches it, and answers in its place.</summary>
    private protected TestProbe Mediator { get; }

    private protected ActorMaterializer OnThisThread { get; }

    private protected NodeOrder Order => NodeOrder.For(Sys);

    /// <summary>Moves the clock in small steps, and after each runs the timers that are due, on this thread.</summary>
    private protected void Pass(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Step)
        {
            Clock.Advance(Step);
            ((TestScheduler)Sys.Scheduler).Advance(Step);
        }
    }

    /// <summary>A price as the platform publishes it in Redis. Its timestamp grows with the price, so a lower one is older.</summary>
    private protected FeedMessage Price(string product, int price) => new(
        MessageKind.Underlying.Channel, Encoding.UTF8.GetBytes($$"""{"product":"{{product}}","price":{{price}},"timestamp":"2026-11-23T10:00:{{price:00}}"}"""), Clock.UnixMicroseconds());

    /// <summary>The same price as a bridge publishes it.</summary>
    private protected MarketUpdate Published(string product, int price, long epoch, long sequence)
    {
        Assert.True(EnrichedMessage.TryRead(MessageKind.Underlying, Price(product, price).Payload, Clock.UnixMicroseconds(), 1_000, out var message, out _));
        return new Intake(sequence, message!, Clock.UnixMicroseconds()).ToUpdate(new Position(epoch, sequence));
    }

    /// <summary>What a ClientActor shares with the others of its node.</summary>
    private protected ClientContext ContextOf(IActorRef cache) => new(
        new ClientSettings(), Mediator, cache, Tokens: ActorRefs.Nobody, new NodeStatus(Clock), new(), new(NullLogger.Instance), Clock) { Order = Order };
}

using Akka.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Actors.Tests.Feed;

/// <summary>One time for everything: the actor system's timers and every clock move together, and only when a spec says so.</summary>
/// <param name="scheduler">The actor system's.</param>
/// <param name="settle">Waits, in real time, until the actors have dealt with their timers.</param>
public sealed class VirtualTime(TestScheduler scheduler, Action settle)
{
    private static readonly TimeSpan RealPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(25);
    private readonly List<FakeTimeProvider> _clocks = [];
    private TimeSpan _passed;

    /// <summary>What a spec needs to have a scheduler that it advances itself.</summary>
    public const string Config = """
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        akka.test.single-expect-default = 20s
        akka.coordinated-shutdown.run-by-actor-system-terminate = off
        akka.remote.flush-wait-on-shutdown = 0s

        """;

    /// <summary>Makes a clock that moves with this time until it is stopped.</summary>
    public FakeTimeProvider NewClock()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.Zero) + _passed);
        _clocks.Add(clock);
        return clock;
    }

    /// <summary>Freezes a clock: its process is paused.</summary>
    public void Stop(FakeTimeProvider clock) => _clocks.Remove(clock);

    /// <summary>Lets time pass in small steps, with a moment of real time for the actors after each.</summary>
    public void Advance(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Step) OneStep();
    }

    /// <summary>Lets time pass until the assertion holds.</summary>
    /// <returns>How much virtual time it took at most.</returns>
    public TimeSpan Until(Action assertion, TimeSpan? atMost = null)
    {
        var limit = atMost ?? TimeSpan.FromSeconds(10);
        for (var passed = TimeSpan.Zero; ; passed += Step)
        {
            if (Holds(assertion)) return passed;
            if (passed < limit)
            {
                OneStep();
                continue;
            }

            // A machine under load gets more of its own time, not more of ours.
            if (!SpinWait.SpinUntil(() => Holds(assertion), RealPatience)) assertion();
            return passed;
        }
    }

    private static bool Holds(Action assertion)
    {
        try
        {
            assertion();
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private void OneStep()
    {
        _passed += Step;
        foreach (var clock in _clocks) clock.Advance(Step);
        scheduler.Advance(Step);
        settle();
    }
}

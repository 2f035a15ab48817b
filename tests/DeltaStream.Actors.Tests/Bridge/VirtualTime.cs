using Akka.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Actors.Tests.Bridge;

/// <summary>One time for everything: the actor system's timers and every clock move together, and only when a spec says so.</summary>
public sealed class VirtualTime(TestScheduler scheduler)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(25);
    private readonly List<FakeTimeProvider> _clocks = [];
    private TimeSpan _passed;

    /// <summary>What a spec needs to have a scheduler that it advances itself.</summary>
    public const string Config = """
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"

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
            try
            {
                assertion();
                return passed;
            }
            catch (Exception) when (passed < limit)
            {
                OneStep();
            }
        }
    }

    private void OneStep()
    {
        _passed += Step;
        foreach (var clock in _clocks) clock.Advance(Step);
        scheduler.Advance(Step);

        // Actors answer timers in real time; this long they get before time goes on.
        using var pause = new ManualResetEventSlim();
        pause.Wait(TimeSpan.FromMilliseconds(4));
    }
}

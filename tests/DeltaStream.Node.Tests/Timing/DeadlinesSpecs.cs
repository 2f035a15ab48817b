using DeltaStream.Node.Timing;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Timing;

public sealed class DeadlinesSpecs : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Deadlines _deadlines;
    private readonly List<string> _fired = [];

    public DeadlinesSpecs() => _deadlines = new Deadlines(_time, TimeSpan.FromMilliseconds(10));

    public void Dispose() => _deadlines.Dispose();

    [Fact]
    public void An_entry_fires_once_at_its_time_and_never_before()
    {
        Schedule("a", 25);

        Advance(24);
        Assert.Empty(_fired);
        Advance(6);
        Assert.Equal(["a"], _fired);
        Advance(100_000);
        Assert.Equal(["a"], _fired);
    }

    [Fact]
    public void A_moved_entry_fires_at_its_new_time_only()
    {
        var entry = Schedule("a", 20);
        _deadlines.Schedule(entry, TimeSpan.FromMilliseconds(60));

        Advance(50);
        Assert.Empty(_fired);
        Advance(10);
        Assert.Equal(["a"], _fired);
    }

    [Fact]
    public void A_cancelled_entry_does_not_fire_and_its_neighbours_do()
    {
        var entries = new[] { Schedule("a", 20), Schedule("b", 20), Schedule("c", 20) };
        _deadlines.Cancel(entries[1]);
        _deadlines.Cancel(entries[1]);

        Advance(30);
        Assert.Equal(["a", "c"], _fired.Order());
    }

    [Fact]
    public void A_deadline_that_throws_is_logged_and_closed_and_the_others_go_on()
    {
        var log = new RecordedLog<DeadlinesSpecs>();
        using var deadlines = new Deadlines(_time, TimeSpan.FromMilliseconds(10), log);
        var faults = 0;
        foreach (var name in new[] { "a", "broken", "broken, and so is closing it", "b" })
        {
            deadlines.Schedule(
                new Entry(
                    () => _fired.Add(name.StartsWith("broken") ? throw new InvalidOperationException(name) : name),
                    () => faults += name == "broken" ? 1 : throw new InvalidOperationException(name)),
                TimeSpan.FromMilliseconds(20));
        }

        Advance(30);
        Assert.Equal(["a", "b"], _fired.Order());
        Assert.Equal(1, faults);
        Assert.Equal(3, log.Lines.Count);
        Assert.All(log.Lines, line => Assert.Equal("connection_deadline_failed", line.Event));
        Assert.Equal("broken", log.Lines[0].Exception!.Message);
    }

    [Fact]
    public void A_deadline_in_the_past_fires_with_the_next_tick()
    {
        Advance(1000);
        Schedule("a", 5);

        Advance(10);
        Assert.Equal(["a"], _fired);
    }

    [Fact]
    public void An_entry_may_schedule_itself_again_while_it_fires()
    {
        var count = 0;
        Entry entry = null!;
        entry = new Entry(() => { if (++count < 3) _deadlines.Schedule(entry, _deadlines.Now + TimeSpan.FromMilliseconds(20)); });
        _deadlines.Schedule(entry, TimeSpan.FromMilliseconds(20));

        Advance(200);
        Assert.Equal(3, count);
    }

    [Fact]
    public void The_timer_runs_only_while_there_is_something_to_wait_for()
    {
        var time = new CountingTime();
        using var deadlines = new Deadlines(time, TimeSpan.FromMilliseconds(10));
        time.Turn(100);
        Assert.Equal(0, time.Turns);

        // After a rest, one is as exact as ever.
        var fired = 0;
        deadlines.Schedule(new Entry(() => fired++), deadlines.Now + TimeSpan.FromMilliseconds(20));
        time.Turn(1);
        Assert.Equal(0, fired);
        time.Turn(100);
        Assert.Equal((1, 2), (fired, time.Turns));

        var cancelled = new Entry(() => fired++);
        deadlines.Schedule(cancelled, deadlines.Now + TimeSpan.FromMilliseconds(20));
        deadlines.Cancel(cancelled);
        time.Turn(100);
        Assert.Equal((1, 3), (fired, time.Turns));
    }

    private Entry Schedule(string name, int milliseconds)
    {
        var entry = new Entry(() => _fired.Add(name));
        _deadlines.Schedule(entry, TimeSpan.FromMilliseconds(milliseconds));
        return entry;
    }

    private void Advance(int milliseconds)
    {
        for (; milliseconds > 0; milliseconds -= 2) _time.Advance(TimeSpan.FromMilliseconds(2));
    }

    private sealed class Entry(Action fire, Action? onFault = null) : IDeadline
    {
        public void OnDue() => fire();

        public void OnFault() => onFault?.Invoke();
    }

    private sealed class CountingTime : FakeTimeProvider
    {
        public int Turns { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            return base.CreateTimer(Counted, state, dueTime, period);

            void Counted(object? given)
            {
                Turns++;
                callback(given);
            }
        }

        public void Turn(int times)
        {
            for (; times > 0; times--) Advance(TimeSpan.FromMilliseconds(10));
        }
    }
}

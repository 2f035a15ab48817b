using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace DeltaStream.Simulator.Loop;

/// <summary>The timers of a node's actor system. As in a real node a timer is due at a tick, so it is up to 50 ms late.</summary>
internal sealed class LoopScheduler : SchedulerBase
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    private readonly Lane _lane = Lane.Starting ?? throw new InvalidOperationException("A scheduler is made outside of the simulation");
    private readonly TimeSpan _startedAt;

    public LoopScheduler(Config config, ILoggingAdapter log) : base(config, log) => _startedAt = _lane.Loop.Now;

    public override TimeSpan MonotonicClock => _lane.Loop.Now;

    public override TimeSpan HighResMonotonicClock => _lane.Loop.Now;

    protected override DateTimeOffset TimeNow => LoopClock.Beginning + _lane.Loop.Now;

    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Once(delay, () => receiver.Tell(message, sender), cancelable);

    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Repeatedly(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) => Once(delay, action, cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) => Once(delay, action.Run, cancelable);

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Repeatedly(initialDelay, interval, action, cancelable);

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        Repeatedly(initialDelay, interval, action.Run, cancelable);

    private void Once(TimeSpan delay, Action action, ICancelable? cancelable) =>
        _lane.Loop.At(TickAfter(_lane.Loop.Now + delay), () => Fire(action, cancelable));

    // The next time is set before the action, so that an action which fails does not end the row, and only when the last one has run:
    // the timers of a paused process do not pile up.
    private void Repeatedly(TimeSpan delay, TimeSpan interval, Action action, ICancelable? cancelable)
    {
        var due = _lane.Loop.Now + delay;
        Next();

        void Next() => _lane.Loop.At(TickAfter(due), () => Fire(() =>
        {
            due = due + interval > _lane.Loop.Now ? due + interval : _lane.Loop.Now + interval;
            Next();
            action();
        }, cancelable));
    }

    private void Fire(Action action, ICancelable? cancelable)
    {
        if (_lane.IsDead || cancelable is { IsCancellationRequested: true }) return;
        _lane.Do(() =>
        {
            if (cancelable is not { IsCancellationRequested: true }) action();
        });
    }

    private TimeSpan TickAfter(TimeSpan due)
    {
        var ticks = (due - _startedAt).Ticks;
        return _startedAt + new TimeSpan((ticks + Tick.Ticks - 1) / Tick.Ticks * Tick.Ticks);
    }
}

namespace DeltaStream.Simulator.Loop;

/// <summary>The clocks of one machine. Its monotonic clock runs a little too fast or too slow, its wall clock may jump.</summary>
/// <param name="lane">The process that reads them.</param>
/// <param name="rate">How fast the clocks run.</param>
internal sealed class LoopClock(Lane lane, double rate = 1) : TimeProvider
{
    /// <summary>The wall-clock time at which every simulation begins.</summary>
    public static readonly DateTimeOffset Beginning = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    /// <summary>How wrong the wall clock is.</summary>
    public TimeSpan Shift { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => (long)(lane.Loop.Now.Ticks * rate) + TimeSpan.TicksPerHour;

    public override DateTimeOffset GetUtcNow() => Beginning + new TimeSpan((long)(lane.Loop.Now.Ticks * rate)) + Shift;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new LoopTimer(lane, callback, state, dueTime, period);

    private sealed class LoopTimer : ITimer
    {
        private readonly Lane _lane;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private Step? _step;

        public LoopTimer(Lane lane, TimerCallback callback, object? state, TimeSpan due, TimeSpan period)
        {
            (_lane, _callback, _state) = (lane, callback, state);
            Change(due, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _step?.Cancel();
            _step = null;
            if (dueTime == Timeout.InfiniteTimeSpan) return true;
            Step? step = null;
            step = _step = _lane.Loop.After(dueTime, () => _lane.Do(() =>
            {
                if (step!.IsCancelled) return;
                _step = null;
                if (period > TimeSpan.Zero) Change(period, period);
                _callback(_state);
            }));
            return true;
        }

        public void Dispose() => _step?.Cancel();

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

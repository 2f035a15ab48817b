using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clocks;

/// <summary>
/// The wall clock by which values age: Redis's, so that it is the same on every node. It runs on the node's monotonic clock, with
/// an offset that comes from round trips to Redis. So it does not follow steps of the node's own wall clock. While Redis is away
/// the last offset stays. Before the first round trip it shows the node's own time. Timers and the monotonic clock are the
/// node's. Safe to use from any thread.
/// </summary>
/// <param name="own">The node's clocks.</param>
public sealed class RedisClock(TimeProvider own) : TimeProvider
{
    // Round trips that are kept. With one every few seconds, this is about half a minute.
    private const int Kept = 8;

    // The monotonic clocks of two machines drift apart by less than this share. It makes an old round trip count less.
    private const double Drift = 0.0002;

    // A correction of up to this much is not a reason to go back: the clock stands still until it is right.
    private static readonly TimeSpan LongestStandstill = TimeSpan.FromSeconds(1);

    // Redis may read its clock once for several commands that arrive together.
    private static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(1);

    private readonly Lock _lock = new();
    private readonly Queue<RoundTrip> _trips = new();
    private State _state = new(own.GetUtcNow() - DateTimeOffset.UnixEpoch - own.Elapsed(), TimeSpan.MinValue, null);

    /// <summary>True once Redis has told its time.</summary>
    public bool IsSet => Volatile.Read(ref _state).Best is not null;

    /// <summary>How far the node's own wall clock is ahead of Redis's; negative if it is behind, zero until Redis has told its time.</summary>
    public TimeSpan OwnAhead => IsSet ? own.GetUtcNow() - GetUtcNow() : TimeSpan.Zero;

    /// <summary>The largest possible error of <see cref="OwnAhead"/>.</summary>
    public TimeSpan Error => Volatile.Read(ref _state).Best?.ErrorAt(own.Elapsed()) ?? TimeSpan.Zero;

    public override long TimestampFrequency => own.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => own.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + Volatile.Read(ref _state).At(own.Elapsed());

    public override long GetTimestamp() => own.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        own.CreateTimer(callback, state, dueTime, period);

    /// <summary>Takes Redis's answer. The shortest round trip decides, because its answer is the most exact.</summary>
    /// <param name="asked">The monotonic time just before the question.</param>
    /// <param name="told">Redis's time.</param>
    /// <param name="answered">The monotonic time just after the answer.</param>
    public void Told(TimeSpan asked, DateTimeOffset told, TimeSpan answered)
    {
        var half = (answered - asked) / 2;
        var trip = new RoundTrip(asked + half, told - DateTimeOffset.UnixEpoch, half);
        lock (_lock)
        {
            var before = _state;
            // Two answers of one clock can't contradict each other. So this is another Redis, or its clock was set.
            if (before.Best is { } best && best.Contradicts(trip)) _trips.Clear();
            _trips.Enqueue(trip);
            if (_trips.Count > Kept) _trips.Dequeue();
            var chosen = _trips.MinBy(it => it.ErrorAt(answered))!;
            var shown = before.At(answered);
            var isAhead = before.Best is not null && shown > answered + chosen.Offset && shown - (answered + chosen.Offset) <= LongestStandstill;
            Volatile.Write(ref _state, new State(chosen.Offset, isAhead ? shown : TimeSpan.MinValue, chosen));
        }
    }

    /// <param name="Offset">Redis's time since the Unix epoch less the monotonic time.</param>
    /// <param name="Floor">The earliest time to show, so that a small correction does not go back.</param>
    /// <param name="Best">The round trip that decided; null until there was one.</param>
    private sealed record State(TimeSpan Offset, TimeSpan Floor, RoundTrip? Best)
    {
        public TimeSpan At(TimeSpan monotonic) => monotonic + Offset > Floor ? monotonic + Offset : Floor;
    }

    /// <param name="At">The monotonic time of its middle.</param>
    /// <param name="Told">Redis's time since the Unix epoch.</param>
    /// <param name="Half">Half of its duration, the largest error of <paramref name="Told"/> at that time.</param>
    private sealed record RoundTrip(TimeSpan At, TimeSpan Told, TimeSpan Half)
    {
        public TimeSpan Offset => Told - At;

        public TimeSpan ErrorAt(TimeSpan monotonic) => Half + ((monotonic - At).Duration() * Drift);

        public bool Contradicts(RoundTrip later) => (later.Offset - Offset).Duration() > ErrorAt(later.At) + later.Half + Resolution;
    }
}

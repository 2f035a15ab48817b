namespace DeltaStream.Actors.Market;

/// <summary>Readings of a <see cref="TimeProvider"/>.</summary>
internal static class Clock
{
    private const long MicrosecondsPerSecond = 1_000_000;

    /// <summary>Microseconds since the Unix epoch, the unit of <c>ReceivedAt</c>.</summary>
    public static long UnixMicroseconds(this TimeProvider time) =>
        (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>A monotonic reading plus a span, in the provider's own units.</summary>
    public static long Later(this TimeProvider time, long timestamp, TimeSpan span) =>
        timestamp + (long)(span.TotalMicroseconds * time.TimestampFrequency / MicrosecondsPerSecond);

    /// <summary>Sets a timer that fires once. A timer's time is cut to whole milliseconds, and so rounded up here. It may fire a little early all the same: who is called looks at the clock.</summary>
    public static void FireIn(this ITimer timer, TimeSpan wait) =>
        timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(wait.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
}

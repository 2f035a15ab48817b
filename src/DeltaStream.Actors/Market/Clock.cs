namespace DeltaStream.Actors.Market;

/// <summary>Readings of a <see cref="TimeProvider"/>.</summary>
public static class Clock
{
    private const long MicrosecondsPerSecond = 1_000_000;

    /// <summary>Microseconds since the Unix epoch, the unit of every time of receipt.</summary>
    public static long UnixMicroseconds(this TimeProvider time) => time.GetUtcNow().UnixMicroseconds();

    /// <summary>A time as microseconds since the Unix epoch.</summary>
    public static long UnixMicroseconds(this DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The provider's monotonic clock as a span since its own zero.</summary>
    public static TimeSpan Elapsed(this TimeProvider time) => time.GetElapsedTime(0, time.GetTimestamp());

    /// <summary>A monotonic timestamp plus a span, in the provider's own units.</summary>
    public static long Later(this TimeProvider time, long timestamp, TimeSpan span) =>
        timestamp + (long)(span.TotalMicroseconds * time.TimestampFrequency / MicrosecondsPerSecond);
}

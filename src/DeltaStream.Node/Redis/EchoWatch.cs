namespace DeltaStream.Node.Redis;

/// <summary>
/// Detects a subscription that looks alive but delivers nothing: each message that the node publishes to itself must come back in
/// time. Pure; the caller passes the monotonic time.
/// </summary>
/// <param name="timeout">The longest time that an echo may take.</param>
internal sealed class EchoWatch(TimeSpan timeout)
{
    // After a pause of the process the echoes come late, although Redis is well. So a silence counts only if this many echoes were
    // sent into it.
    private const int FewestMissing = 3;

    private long _sent;
    private long _heard;
    private TimeSpan _waitingSince;

    /// <summary>Records that an echo is sent now; returns its number.</summary>
    public long Send(TimeSpan now)
    {
        if (_sent == _heard) _waitingSince = now;
        return ++_sent;
    }

    /// <summary>Records an echo that came back. Earlier echoes that are missing no longer count, because the subscription works.</summary>
    public void Hear(long number, TimeSpan now)
    {
        if (number <= _heard || number > _sent) return;
        _heard = number;
        _waitingSince = now;
    }

    public bool IsDeaf(TimeSpan now) => _sent - _heard >= FewestMissing && now - _waitingSince > timeout;
}

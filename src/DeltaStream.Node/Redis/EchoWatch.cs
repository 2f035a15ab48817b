namespace DeltaStream.Node.Redis;

/// <summary>
/// Finds out a subscription that looks alive but delivers nothing: what is published through Redis must come back in time.
/// Pure; the caller says what time it is and does what it is told.
/// </summary>
/// <param name="timeout">How long an echo may take.</param>
internal sealed class EchoWatch(TimeSpan timeout)
{
    // A process that was paused finds its echoes late through no fault of Redis: a silence is only one when echoes were sent into it.
    private const int FewestMissing = 3;

    private long _sent;
    private long _heard;
    private DateTimeOffset _waitingSince;

    /// <summary>Notes that an echo is sent now; returns its number.</summary>
    public long Send(DateTimeOffset now)
    {
        if (_sent == _heard) _waitingSince = now;
        return ++_sent;
    }

    /// <summary>Notes an echo that came back. An earlier one that is missing is forgiven: something came through.</summary>
    public void Hear(long number, DateTimeOffset now)
    {
        if (number <= _heard || number > _sent) return;
        _heard = number;
        _waitingSince = now;
    }

    /// <summary>Whether the subscription has been silent for too long.</summary>
    public bool IsDeaf(DateTimeOffset now) => _sent - _heard >= FewestMissing && now - _waitingSince > timeout;
}

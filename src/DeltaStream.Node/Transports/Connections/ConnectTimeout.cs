namespace DeltaStream.Node.Transports.Connections;

/// <summary>
/// How long a client may still take to join. The time is paused while the server works on the client's request. One thread at a
/// time pauses and resumes; expiring and ending may happen on any other.
/// </summary>
internal struct ConnectTimeout
{
    private const long Paused = long.MaxValue;
    private const long Ended = long.MinValue;

    private long _until;

    public ConnectTimeout(TimeSpan until) => _until = until.Ticks;

    /// <summary>Pauses it: a request came.</summary>
    /// <returns>The time that remains; null if it is over.</returns>
    public TimeSpan? Pause(TimeSpan now)
    {
        var until = Volatile.Read(ref _until);
        return until != Ended && Interlocked.CompareExchange(ref _until, Paused, until) == until ? TimeSpan.FromTicks(until) - now : null;
    }

    /// <summary>Goes on with the time that remains: the request was answered, and the client has not joined.</summary>
    /// <returns>When it expires; null if it has ended meanwhile.</returns>
    public TimeSpan? Resume(TimeSpan? remaining, TimeSpan now)
    {
        if (remaining is null) return null;
        var until = now + remaining.Value;
        return Interlocked.CompareExchange(ref _until, until.Ticks, Paused) == Paused ? until : null;
    }

    /// <summary>Whether the time has expired: true once, and then it has ended.</summary>
    public bool TryExpire(TimeSpan now)
    {
        var until = Volatile.Read(ref _until);
        return until != Ended && now.Ticks >= until && Interlocked.CompareExchange(ref _until, Ended, until) == until;
    }

    /// <summary>The client has joined, or is gone.</summary>
    public void End() => Volatile.Write(ref _until, Ended);
}

namespace DeltaStream.Node.Transports.Connections;

/// <summary>
/// How long a client may still be silent before it is let in: a time that stands still while it is we who let it wait. One thread
/// at a time pauses and resumes; who gives up and who ends may be on any other.
/// </summary>
internal struct ConnectTimeout
{
    private const long Paused = long.MaxValue;
    private const long Ended = long.MinValue;

    private long _until;

    /// <summary>Begins: the client has to say something by then.</summary>
    public ConnectTimeout(TimeSpan until) => _until = until.Ticks;

    /// <summary>The client has said something; the time stands still.</summary>
    /// <returns>What was left of it; null where it was over.</returns>
    public TimeSpan? Pause(TimeSpan now)
    {
        var until = Volatile.Read(ref _until);
        return until != Ended && Interlocked.CompareExchange(ref _until, Paused, until) == until ? TimeSpan.FromTicks(until) - now : null;
    }

    /// <summary>The client has our answer, and is not let in by it; what was left of its time goes on.</summary>
    /// <returns>When it will be over; null where it has ended meanwhile.</returns>
    public TimeSpan? Resume(TimeSpan? left, TimeSpan now)
    {
        if (left is null) return null;
        var until = now + left.Value;
        return Interlocked.CompareExchange(ref _until, until.Ticks, Paused) == Paused ? until : null;
    }

    /// <summary>Whether the client has let its time pass: true once, and then it has ended.</summary>
    public bool TryGiveUp(TimeSpan now)
    {
        var until = Volatile.Read(ref _until);
        return until != Ended && now.Ticks >= until && Interlocked.CompareExchange(ref _until, Ended, until) == until;
    }

    /// <summary>It is no matter any more: the client is let in, or gone.</summary>
    public void End() => Volatile.Write(ref _until, Ended);
}

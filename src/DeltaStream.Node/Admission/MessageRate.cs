namespace DeltaStream.Node.Admission;

/// <summary>How many messages a client may send: so many a second, and so many at once after it was quiet.</summary>
/// <param name="PerSecond">Messages a second; at least 1.</param>
/// <param name="Burst">Messages at once; at least 1.</param>
internal sealed record MessageRate(int PerSecond, int Burst)
{
    /// <summary>How long a client that goes on sending is not read from.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The time that one message uses up.</summary>
    internal long Cost { get; } = TimeSpan.TicksPerSecond / PerSecond;
}

/// <summary>
/// What one client has sent, as one point in time: the one up to which its messages have used its share up. That it may lie
/// ahead is the burst.
/// </summary>
internal struct MessageMeter
{
    private long _usedUntil;
    private int _refused;

    /// <summary>Takes a message in.</summary>
    /// <param name="rate">The limit.</param>
    /// <param name="now">The time, in ticks.</param>
    /// <returns>False where it is one too many.</returns>
    public bool TryTake(MessageRate rate, long now)
    {
        var used = Math.Max(_usedUntil, now) + rate.Cost;
        if (used - now > rate.Burst * rate.Cost)
        {
            _refused++;
            return false;
        }

        _usedUntil = used;
        _refused = 0;
        return true;
    }

    /// <summary>Whether so many were refused in a row that refusing them is a burden: no more should be read for a while.</summary>
    public bool IsFlood(MessageRate rate)
    {
        if (_refused < rate.Burst) return false;
        _refused = 0;
        return true;
    }
}

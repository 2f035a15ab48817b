namespace DeltaStream.Node.Admission;

/// <summary>The most messages that a client may send: a rate, and a burst after the client was quiet.</summary>
/// <param name="PerSecond">Messages per second; at least 1.</param>
/// <param name="Burst">Messages at once; at least 1.</param>
internal sealed record MessageRate(int PerSecond, int Burst)
{
    /// <summary>The time for which the node does not read from a client that keeps sending after refusals.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The time that one message costs, in ticks.</summary>
    internal long Cost { get; } = TimeSpan.TicksPerSecond / PerSecond;
}

/// <summary>
/// The messages of one client as one point in time, which each accepted message moves forward by its cost. The burst is the
/// distance by which that point may lie in the future.
/// </summary>
internal struct MessageMeter
{
    private long _usedUntil;
    private int _refused;

    /// <summary>Counts a message.</summary>
    /// <param name="rate">The limit.</param>
    /// <param name="now">The time, in ticks.</param>
    /// <returns>False if the message is over the limit.</returns>
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

    /// <summary>True when so many refusals followed each other that they are a burden: the node should pause its reading.</summary>
    public bool IsFlood(MessageRate rate)
    {
        if (_refused < rate.Burst) return false;
        _refused = 0;
        return true;
    }
}

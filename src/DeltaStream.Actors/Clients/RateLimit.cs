namespace DeltaStream.Actors.Clients;

/// <summary>A rate, and a burst after a quiet time.</summary>
/// <param name="PerSecond">Units a second; at least 1.</param>
/// <param name="Burst">Units at once; at least 1.</param>
public sealed record RateLimit(long PerSecond, long Burst);

/// <summary>
/// What was used of a <see cref="RateLimit"/>: a number that falls by the rate. More can be used than is left, and then the
/// time until it has fallen to the burst again is longer.
/// </summary>
internal struct Usage
{
    private double _used;
    private long _at;

    /// <summary>True while more is used than the burst.</summary>
    public bool IsOver(RateLimit limit, TimeProvider time) => Fall(limit, time) > limit.Burst;

    /// <summary>Uses some units; false, and none is used, if the burst has fewer left.</summary>
    public bool TryTake(int units, RateLimit limit, TimeProvider time)
    {
        if (Fall(limit, time) + units > limit.Burst) return false;
        _used += units;
        return true;
    }

    public void Charge(long units, RateLimit limit, TimeProvider time) => _used = Fall(limit, time) + units;

    private double Fall(RateLimit limit, TimeProvider time)
    {
        var now = time.GetTimestamp();
        if (_used > 0) _used = Math.Max(0, _used - (time.GetElapsedTime(_at, now).TotalSeconds * limit.PerSecond));
        _at = now;
        return _used;
    }
}

namespace DeltaStream.Actors.Feed;

/// <summary>The pauses between retries: each is twice the previous one, with a little jitter so that nodes do not retry together.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, Random random)
{
    private const double Spread = 0.2;

    private int _failures;

    public TimeSpan Next()
    {
        var pause = first * Math.Pow(2, Math.Min(_failures++, 10)) * (1 + Spread * random.NextDouble());
        return pause < longest ? pause : longest;
    }

    public void Reset() => _failures = 0;
}

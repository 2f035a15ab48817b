namespace DeltaStream.Actors.Tests.Model;

/// <summary>The model's clock: it stands still unless a step moves it.</summary>
internal sealed class ModelTime : TimeProvider
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddDays(20_000);
    private TimeSpan _passed;

    public long Micros => (GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public override DateTimeOffset GetUtcNow() => Start + _passed;

    public override long GetTimestamp() => _passed.Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan time) => _passed += time;
}

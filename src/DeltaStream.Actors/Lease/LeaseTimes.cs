namespace DeltaStream.Actors.Lease;

/// <summary>The spans of the lease's rules, all in proportion to its time to live.</summary>
/// <param name="Ttl">How long a grant holds in the store.</param>
internal sealed record LeaseTimes(TimeSpan Ttl)
{
    /// <summary>The part of a span that is trusted, because another clock may run a little faster than this process's clock.</summary>
    public const double Slack = 0.8;

    /// <summary>How long a grant or a renewal is trusted, from its request.</summary>
    public TimeSpan Trusted { get; init; } = Ttl * Slack;

    /// <summary>The time between two renewals.</summary>
    public TimeSpan RenewEvery { get; init; } = Ttl / 4;

    /// <summary>An answer is late if the last confirmed renewal was requested this long ago.</summary>
    public TimeSpan Late { get; init; } = Ttl * 0.3;

    /// <summary>The time between two renewals while answers are late.</summary>
    public TimeSpan Hurry { get; init; } = Ttl / 20;

    /// <summary>The time between two requests of a standby.</summary>
    public TimeSpan TryEvery { get; init; } = Ttl / 5;

    /// <summary>How long a term without a right to publish waits for an answer.</summary>
    public TimeSpan Grace { get; init; } = Ttl / 2;

    /// <summary>How long a renewal is trusted that the store refused, from its request.</summary>
    public TimeSpan RefusedSpan { get; init; } = Ttl / 4;

    /// <summary>How long a new holder waits until its predecessor trusts its last refused renewal no longer.</summary>
    public TimeSpan PredecessorRefusedSpan { get; init; } = Ttl / 4 / Slack;

    /// <summary>How long a holder pauses after its lease has expired, before it continues with refused renewals.</summary>
    public TimeSpan PauseAfterExpiry { get; init; } = Ttl * 0.15;

    /// <summary>A bridge that takes the lease within this time after its expiry knows that the predecessor still pauses.</summary>
    public TimeSpan SurePause { get; init; } = Ttl * 0.15 * Slack;
}

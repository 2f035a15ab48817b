using DeltaStream.Actors.Lease;

namespace DeltaStream.Actors.Feed;

/// <summary>How a bridge works. The node reads it, and refuses what can't work.</summary>
public sealed record BridgeSettings
{
    /// <summary>Updates a second and conflation key that are let through; 0: no throttle.</summary>
    public int MaxRate { get; init; } = 50;

    /// <summary>The largest message that is passed on, in bytes; a larger one is skipped.</summary>
    public int MaxMessageBytes { get; init; } = 1_048_576;

    /// <summary>How many conflation keys are kept at most; a message of a key beyond them is dropped and counted.</summary>
    public int MaxKeys { get; init; } = 20_000;

    /// <summary>How long a grant of the lease holds without renewal.</summary>
    public TimeSpan LeaseTtl { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the active bridge says that it lives.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a member of the cluster may stay silent before it counts as out of reach.</summary>
    public TimeSpan ReachTimeout { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>How long the feed's link may be down before the lease is left to a bridge that still hears it.</summary>
    public TimeSpan LinkGrace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a taking-over bridge holds a key back whose last published value it has not received itself.</summary>
    public TimeSpan TakeoverHold { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>After how many room events the publishing stage waits for a round trip through the mediator.</summary>
    public int RoundTripEvery { get; init; } = 64;

    /// <summary>After how long a missing round trip is taken for a lost subscription, and asked for again.</summary>
    public TimeSpan RoundTripTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How many values one write to the store holds at most.</summary>
    public int WriteBatch { get; init; } = 256;

    /// <summary>The first pause before something that failed is started again.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest such pause.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(1);

    internal LeaseSettings Lease => new(LeaseTtl, ReachTimeout, LinkGrace);
}

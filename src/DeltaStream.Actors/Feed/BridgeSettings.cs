using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Feed;

/// <summary>The settings of a bridge. The node reads and validates them.</summary>
public sealed record BridgeSettings
{
    /// <summary>The maximum updates per second and conflation key; 0 turns the throttle off.</summary>
    public int MaxRate { get; init; } = 50;

    /// <summary>The maximum size of a message in bytes; a larger message is skipped.</summary>
    public int MaxMessageBytes { get; init; } = 1_048_576;

    /// <summary>What to do with a message that has NaN or Infinity.</summary>
    public NonFiniteRule NonFinite { get; init; }

    /// <summary>The maximum number of conflation keys. A message of a further key is dropped and counted.</summary>
    public int MaxKeys { get; init; } = 20_000;

    /// <summary>The maximum size of the newest messages of all keys, in bytes. A message beyond it is dropped and counted.</summary>
    public int MaxBytes { get; init; } = 268_435_456;

    /// <summary>How long a grant of the lease holds without renewal.</summary>
    public TimeSpan LeaseTtl { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The interval of the active bridge's heartbeats.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a member of the cluster may be silent before it counts as out of reach.</summary>
    public TimeSpan ReachTimeout { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>
    /// How long the link to the feed may be down before the bridge gives up the lease to another bridge that still receives the
    /// feed.
    /// </summary>
    public TimeSpan LinkGrace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a successor holds a key back if it has not received the key's last published value.</summary>
    public TimeSpan TakeoverHold { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The number of room events after which the publishing stage sends a canary through the mediator.</summary>
    public int RoundTripEvery { get; init; } = 64;

    /// <summary>The time after which a missing canary counts as a lost subscription, and the stage subscribes again.</summary>
    public TimeSpan RoundTripTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The maximum number of values in one write to the store.</summary>
    public int WriteBatch { get; init; } = 256;

    /// <summary>The first pause before a retry.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause before a retry.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMilliseconds(500);

    internal LeaseSettings Lease => new(LeaseTtl, ReachTimeout, LinkGrace);
}

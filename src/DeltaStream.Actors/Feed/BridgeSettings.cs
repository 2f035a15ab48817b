namespace DeltaStream.Actors.Feed;

/// <summary>How a bridge works. Immutable and checked by <see cref="Check"/> before anything starts.</summary>
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

    /// <summary>How long a value lives: the life of the <c>latest:*</c> keys.</summary>
    public TimeSpan Life { get; init; } = TimeSpan.FromSeconds(60);

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

    /// <summary>Returns these settings if they can work.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One can't; the message names it, its value and what is allowed.</exception>
    public BridgeSettings Check()
    {
        Require(MaxRate is >= 0 and <= 1_000_000, nameof(MaxRate), MaxRate, "0 (no throttle) to 1000000 a second");
        Require(MaxMessageBytes is >= 1_024 and <= 3_000_000, nameof(MaxMessageBytes), MaxMessageBytes, "1024 to 3000000 bytes");
        Require(MaxKeys > 0, nameof(MaxKeys), MaxKeys, "at least 1");
        Require(LeaseTtl >= TimeSpan.FromMilliseconds(100), nameof(LeaseTtl), LeaseTtl, "at least 100 ms");
        Require(RoundTripEvery > 0, nameof(RoundTripEvery), RoundTripEvery, "at least 1");
        Require(WriteBatch > 0, nameof(WriteBatch), WriteBatch, "at least 1");
        Require(MaxBackoff >= MinBackoff, nameof(MaxBackoff), MaxBackoff, $"at least MinBackoff ({MinBackoff})");
        foreach (var (name, value) in new[]
        {
            (nameof(HeartbeatInterval), HeartbeatInterval), (nameof(ReachTimeout), ReachTimeout), (nameof(LinkGrace), LinkGrace),
            (nameof(TakeoverHold), TakeoverHold), (nameof(Life), Life), (nameof(RoundTripTimeout), RoundTripTimeout), (nameof(MinBackoff), MinBackoff),
        })
            Require(value > TimeSpan.Zero, name, value, "more than 0");
        return this;
    }

    private static void Require(bool holds, string name, object value, string allowed)
    {
        if (!holds) throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; allowed: {allowed}");
    }
}

namespace DeltaStream.Actors.Takeover;

/// <summary>
/// When this bridge's subscription to the feed began, in Redis's time. A value that another bridge received before can't come over
/// this subscription, so whatever comes over it is newer. A value that another bridge received after is still to come.
/// </summary>
/// <param name="Earliest">The subscription was not there before, in microseconds since the Unix epoch.</param>
/// <param name="Latest">The subscription was there by then.</param>
internal readonly record struct SubscribedAt(long Earliest, long Latest)
{
    // Two nodes' estimates of Redis's time differ by less than this.
    private const long ClockError = 100_000;

    // The bridge that received the value lagged by less than this, because it was the active one.
    private const long PublisherLag = 1_000_000;

    /// <summary>Nothing is certain.</summary>
    public static readonly SubscribedAt Unknown = new(long.MinValue / 2, long.MaxValue / 2);

    /// <summary>True if a value was surely published before the subscription began.</summary>
    /// <param name="receivedAt">When another bridge received the value.</param>
    public bool IsAfter(long receivedAt) => receivedAt < Earliest - ClockError;

    /// <summary>True if the subscription surely brings a value, or has brought it.</summary>
    /// <param name="receivedAt">When another bridge received the value.</param>
    public bool Brings(long receivedAt) => receivedAt > Latest + PublisherLag;

    /// <summary>True if a message that this bridge received then came over this subscription, not over the one before.</summary>
    public bool Brought(long receivedAt) => receivedAt >= Earliest;
}

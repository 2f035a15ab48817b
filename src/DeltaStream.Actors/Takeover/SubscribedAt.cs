namespace DeltaStream.Actors.Takeover;

/// <summary>
/// When this bridge's subscription to the feed began, in Redis's time. A value that another bridge received earlier can't come over
/// this subscription, so every message of it is newer. A value that another bridge received later is still to come.
/// </summary>
/// <param name="Earliest">The subscription was not there before, in microseconds since the Unix epoch.</param>
/// <param name="Latest">The subscription was there by then.</param>
internal readonly record struct SubscribedAt(long Earliest, long Latest)
{
    // Two nodes' estimates of Redis's time differ by less than this.
    private const long ClockError = 100_000;

    // The bridge that received the value lagged by less than this, because it was the active one.
    private const long PublisherLag = 1_000_000;

    /// <summary>Before the first subscription: nothing is known about any value.</summary>
    public static readonly SubscribedAt Unknown = new(long.MinValue / 2, long.MaxValue / 2);

    /// <summary>True if the subscription certainly began after the value was published.</summary>
    /// <param name="receivedAt">When another bridge received the value.</param>
    public bool BeganAfter(long receivedAt) => receivedAt < Earliest - ClockError;

    /// <summary>True if the subscription certainly delivers the value, or has delivered it.</summary>
    /// <param name="receivedAt">When another bridge received the value.</param>
    public bool MustDeliver(long receivedAt) => receivedAt > Latest + PublisherLag;

    /// <summary>True if this subscription delivered the message that this bridge received at that time, not an earlier subscription.</summary>
    public bool Delivered(long receivedAt) => receivedAt >= Earliest;
}

namespace DeltaStream.Actors.Market;

/// <summary>
/// How far a topic has come. Events of one publisher arrive in order, so one position per publisher is enough. The last two
/// publishers are kept.
/// </summary>
internal readonly record struct Progress(Position Latest, Position Former)
{
    /// <summary>The progress after an event with this position.</summary>
    public Progress With(Position position)
    {
        if (position.Epoch > Latest.Epoch) return new(position, Latest);
        if (position.Epoch == Latest.Epoch) return position > Latest ? this with { Latest = position } : this;
        return position > Former ? this with { Former = position } : this;
    }

    /// <summary>
    /// True if an event with this position has already arrived. An event of an older publisher than the last two counts as
    /// arrived.
    /// </summary>
    public bool Covers(Position position) => position.Epoch == Latest.Epoch
        ? position <= Latest
        : position.Epoch == Former.Epoch ? position <= Former : position.Epoch < Former.Epoch;
}

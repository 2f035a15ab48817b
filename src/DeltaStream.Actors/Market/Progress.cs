namespace DeltaStream.Actors.Market;

/// <summary>How far a topic has come: each publisher's events arrive in order, so one position a publisher says it. Two publishers are kept.</summary>
internal readonly record struct Progress(Position Latest, Position Former)
{
    /// <summary>The progress after an event of this position.</summary>
    public Progress With(Position position)
    {
        if (position.Epoch > Latest.Epoch) return new(position, Latest);
        if (position.Epoch == Latest.Epoch) return position > Latest ? this with { Latest = position } : this;
        return position > Former ? this with { Former = position } : this;
    }

    /// <summary>Whether an event of this position has passed. Those of publishers before the last two have.</summary>
    public bool Covers(Position position) => position.Epoch == Latest.Epoch
        ? position <= Latest
        : position.Epoch == Former.Epoch ? position <= Former : position.Epoch < Former.Epoch;
}

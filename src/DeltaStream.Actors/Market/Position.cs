namespace DeltaStream.Actors.Market;

/// <summary>
/// The place of a value in the published order of the whole cluster: first the epoch, then the sequence. A position orders
/// publications, not content.
/// </summary>
/// <param name="Epoch">The publisher's term: higher for every grant of the bridge lease, never 0 for a published value.</param>
/// <param name="Sequence">The number of the publication within its epoch, from 1.</param>
public readonly record struct Position(long Epoch, long Sequence) : IComparable<Position>
{
    /// <summary>Lower than every published position. It stands for an unknown position.</summary>
    public static readonly Position None;

    public int CompareTo(Position other) =>
        Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Sequence.CompareTo(other.Sequence);

    public static bool operator <(Position left, Position right) => left.CompareTo(right) < 0;

    public static bool operator >(Position left, Position right) => left.CompareTo(right) > 0;

    public static bool operator <=(Position left, Position right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Position left, Position right) => left.CompareTo(right) >= 0;
}

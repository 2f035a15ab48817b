namespace DeltaStream.Actors.Market;

/// <summary>
/// Where a value stands in the one history that all publishers share: the publisher's term, then its order number.
/// It orders publishers, not content.
/// </summary>
/// <param name="Epoch">The publisher's term: greater for every grant of the bridge lease, never 0 for a published value.</param>
/// <param name="Sequence">Counts what one publisher has published, from 1.</param>
public readonly record struct Position(long Epoch, long Sequence) : IComparable<Position>
{
    /// <summary>Below every published value: that of a value whose position nobody knows.</summary>
    public static readonly Position None;

    public int CompareTo(Position other) =>
        Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Sequence.CompareTo(other.Sequence);

    /// <summary>Whether the left position comes before the right one.</summary>
    public static bool operator <(Position left, Position right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left position comes after the right one.</summary>
    public static bool operator >(Position left, Position right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left position is the right one or comes before it.</summary>
    public static bool operator <=(Position left, Position right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left position is the right one or comes after it.</summary>
    public static bool operator >=(Position left, Position right) => left.CompareTo(right) >= 0;
}

namespace DeltaStream.Actors.Views;

/// <summary>The columns of a row in their published order, as numbers of <see cref="ChainNames"/>. Most rows of a chain share one.</summary>
/// <param name="columns">The columns, all different.</param>
internal sealed class RowLayout(int[] columns)
{
    public static readonly RowLayout None = new([]);

    public int[] Columns { get; } = columns;

    /// <summary>The place of the strike; -1 if the row has no such column.</summary>
    public int StrikeAt { get; } = Array.IndexOf(columns, ChainNames.Strike);

    /// <summary>The place of a column; -1 if the row does not have it.</summary>
    public int IndexOf(int column) => Array.IndexOf(Columns, column);

    /// <summary>True if both have the same columns, in whatever order.</summary>
    public bool HasColumnsOf(RowLayout other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (Columns.Length != other.Columns.Length) return false;
        foreach (var column in other.Columns)
        {
            if (IndexOf(column) < 0) return false;
        }

        return true;
    }
}

namespace DeltaStream.Actors.Views;

/// <summary>A value in a document's text, and the step at which it came.</summary>
internal struct Cell
{
    public int Start;
    public int Length;
    public int Step;
}

/// <summary>A member of the document other than its sides.</summary>
internal struct Member
{
    /// <summary>Its number in <see cref="ChainNames"/>.</summary>
    public int Name;

    public Cell Value;

    /// <summary>The step since which documents have had the member.</summary>
    public int Born;
}

/// <summary>One element of a side.</summary>
internal struct Row
{
    /// <summary>The strike; NaN if the row has none.</summary>
    public double Strike;

    /// <summary>The columns; null if the element is not an object. Then its one cell is the whole element.</summary>
    public RowLayout? Layout;

    /// <summary>The columns before they last changed, and of those the columns that were not null.</summary>
    public RowLayout? Former, FormerFilled;

    /// <summary>The place of its first value in <see cref="ChainDocument.Cells"/>.</summary>
    public int First;

    /// <summary>The step since which documents have had the row.</summary>
    public int Born;

    /// <summary>The last step at which anything of the row changed.</summary>
    public int Step;

    /// <summary>The last step at which the text of its strike changed.</summary>
    public int TextStep;

    /// <summary>The last step at which its set of columns changed, and the one before.</summary>
    public int LayoutStep, FormerStep;

    /// <summary>The step of the document before its set of columns last changed.</summary>
    public int FilledStep;
}

/// <summary>The rows of one side of a chain.</summary>
internal sealed class Side
{
    public Row[] Rows = [];

    public int Count;

    /// <summary>The value as published where it is not an array; no length if it is absent or an array.</summary>
    public Cell Other;

    public bool IsArray;

    public ReadOnlySpan<Row> All => Rows.AsSpan(0, Count);

    /// <summary>The rows of an ordered side whose strikes are in a range.</summary>
    public Range In(in StrikeRange range)
    {
        var low = 0;
        while (low < Count && Rows[low].Strike < range.Low) low++;
        var high = low;
        while (high < Count && Rows[high].Strike <= range.High) high++;
        return low..high;
    }

    /// <summary>The place of a strike in an ordered side; -1 if it is not there.</summary>
    public int Find(double strike)
    {
        var (low, high) = (0, Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = Rows[middle].Strike.CompareTo(strike);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return -1;
    }
}

/// <summary>
/// A chain's text and the places of its values. <see cref="ChainParser"/> fills it, <see cref="RowVersions"/> writes its steps. The
/// arrays are used again for a later document.
/// </summary>
internal sealed class ChainDocument
{
    public ReadOnlyMemory<byte> Payload { get; set; }

    public Side Calls { get; } = new();

    public Side Puts { get; } = new();

    public Cell[] Cells = [];

    public int CellCount;

    public Member[] Members = [];

    public int MemberCount;

    /// <summary>All strikes of both sides, ascending and distinct.</summary>
    public double[] Grid { get; set; } = [];

    /// <summary>False if the chain has no deltas: a row has no strike, strikes do not ascend, or a side is no array of objects.</summary>
    public bool IsOrdered { get; set; }

    /// <summary>The spot; null if there is none.</summary>
    public double? Spot { get; set; }

    public ReadOnlySpan<byte> Text => Payload.Span;

    /// <summary>The values of a row, in the order of its layout.</summary>
    public ReadOnlySpan<Cell> CellsOf(in Row row) => Cells.AsSpan(row.First, row.Layout?.Columns.Length ?? 1);

    public int MemberAt(int name)
    {
        for (var i = 0; i < MemberCount; i++)
        {
            if (Members[i].Name == name) return i;
        }

        return -1;
    }
}

internal static class CellText
{
    /// <summary>The value's text.</summary>
    public static ReadOnlySpan<byte> In(this in Cell cell, ReadOnlySpan<byte> text) => text.Slice(cell.Start, cell.Length);

    public static bool IsNull(this in Cell cell, ReadOnlySpan<byte> text) => cell.Length > 0 && text[cell.Start] == (byte)'n';

    public static bool IsArray(this in Cell cell, ReadOnlySpan<byte> text) => cell.Length > 0 && text[cell.Start] == (byte)'[';
}

namespace DeltaStream.Actors.Views;

/// <summary>Compares a row with the same row of the former document, value by value as text, and writes its steps.</summary>
internal static class RowComparison
{
    /// <summary>Writes the steps of a row and its values.</summary>
    /// <param name="former">The former document.</param>
    /// <param name="old">The row in it.</param>
    /// <param name="next">The next document.</param>
    /// <param name="row">The row in it.</param>
    /// <param name="step">Its step.</param>
    /// <param name="formerStep">The step of the former document.</param>
    public static void Compare(ChainDocument former, in Row old, ChainDocument next, ref Row row, int step, int formerStep)
    {
        (row.Born, row.Step, row.TextStep) = (old.Born, old.Step, old.TextStep);
        (row.LayoutStep, row.FormerStep, row.FilledStep, row.Former, row.FormerFilled) = (old.LayoutStep, old.FormerStep, old.FilledStep, old.Former, old.FormerFilled);
        var (layout, formerLayout) = (row.Layout!, old.Layout!);
        var cells = next.Cells.AsSpan(row.First, layout.Columns.Length);
        var oldCells = former.CellsOf(old);
        if (!ReferenceEquals(layout, formerLayout)) CompareLayouts(former, old, ref row, step, formerStep);
        else if (WholeOf(cells, next.Text).SequenceEqual(WholeOf(oldCells, former.Text)))
        {
            for (var i = 0; i < cells.Length; i++) cells[i].Step = oldCells[i].Step;
            return;
        }

        for (var i = 0; i < cells.Length; i++)
        {
            ref var cell = ref cells[i];
            var at = ReferenceEquals(layout, formerLayout) ? i : formerLayout.IndexOf(layout.Columns[i]);
            if (at >= 0 && cell.In(next.Text).SequenceEqual(oldCells[at].In(former.Text)))
            {
                cell.Step = oldCells[at].Step;
                continue;
            }

            cell.Step = row.Step = step;
            if (i == layout.StrikeAt) row.TextStep = step;
        }
    }

    /// <summary>The text of a row from its first value to its last.</summary>
    private static ReadOnlySpan<byte> WholeOf(ReadOnlySpan<Cell> cells, ReadOnlySpan<byte> text) =>
        text[cells[0].Start..(cells[^1].Start + cells[^1].Length)];

    private static void CompareLayouts(ChainDocument former, in Row old, ref Row row, int step, int formerStep)
    {
        if (row.Layout!.HasColumnsOf(old.Layout!)) return;
        (row.Former, row.FormerFilled, row.FormerStep, row.FilledStep) = (old.Layout, FilledOf(former, old), old.LayoutStep, formerStep);
        row.LayoutStep = row.Step = step;
    }

    /// <summary>The columns of a row that are not null.</summary>
    private static RowLayout FilledOf(ChainDocument document, in Row row)
    {
        var filled = new List<int>();
        var cells = document.CellsOf(row);
        for (var i = 0; i < cells.Length; i++)
        {
            if (!cells[i].IsNull(document.Text)) filled.Add(row.Layout!.Columns[i]);
        }

        return filled.Count == cells.Length ? row.Layout! : new([.. filled]);
    }
}

namespace DeltaStream.Actors.Views;

/// <summary>A row that went: the step at which it came and the step at which it was missing.</summary>
internal readonly record struct GoneRow(bool IsCall, double Strike, byte[] Text, int Born, int Gone);

/// <summary>A member that went.</summary>
internal readonly record struct GoneMember(int Name, int Born, int Gone);

/// <summary>
/// What changed when in a chain: the last ordered document, with the step at which each of its values came, and what has gone since.
/// A step is a document that a client looked at. From this a delta is made from any step that is still known, however long ago.
/// </summary>
internal sealed class RowVersions
{
    private const int MostGone = 64;
    private const int MostFormerStrikes = 4;

    private readonly List<GoneRow> _gone = [];
    private readonly List<GoneMember> _goneMembers = [];
    private readonly List<(byte[] Text, int From, int Until)> _formerStrikes = [];
    private int _gridStep;
    private int _step;

    /// <summary>The last ordered document; null before the first one.</summary>
    public ChainDocument? Document { get; private set; }

    /// <summary>The first step from which deltas can be made.</summary>
    public int KnownSince { get; private set; }

    public IReadOnlyList<GoneRow> Gone => _gone;

    public IReadOnlyList<GoneMember> GoneMembers => _goneMembers;

    /// <summary>Takes the next ordered document and writes its steps.</summary>
    /// <returns>The former document, which is no longer used.</returns>
    public ChainDocument? Take(ChainDocument next, int step)
    {
        var former = Document;
        Document = next;
        if (former is null)
        {
            KnownSince = _gridStep = _step = step;
            foreach (ref var cell in next.Cells.AsSpan(0, next.CellCount)) cell.Step = step;
            foreach (ref var member in next.Members.AsSpan(0, next.MemberCount)) member = member with { Born = step, Value = member.Value with { Step = step } };
            foreach (var side in (ReadOnlySpan<Side>)[next.Calls, next.Puts])
            {
                foreach (ref var row in side.Rows.AsSpan(0, side.Count)) Begin(ref row, step);
            }

            return null;
        }

        TakeMembers(former, next, step);
        TakeSide(former, former.Calls, next, next.Calls, step);
        TakeSide(former, former.Puts, next, next.Puts, step);
        Forget(next.Grid.Length);
        _step = step;
        return former;
    }

    /// <summary>The grid at a step.</summary>
    public ReadOnlySpan<double> GridAt(int step)
    {
        if (_gridStep <= step) return Document!.Grid;
        var strikes = new List<double>();
        foreach (var side in (ReadOnlySpan<Side>)[Document!.Calls, Document.Puts])
        {
            foreach (ref readonly var row in side.All)
            {
                if (row.Born <= step) strikes.Add(row.Strike);
            }
        }

        foreach (var gone in _gone)
        {
            if (gone.Born <= step && gone.Gone > step) strikes.Add(gone.Strike);
        }

        return strikes.Distinct().Order().ToArray();
    }

    /// <summary>The value of <c>strikes</c> at a step; empty if it is not known.</summary>
    public ReadOnlySpan<byte> StrikesAt(int step)
    {
        foreach (var (text, from, until) in _formerStrikes)
        {
            if (from <= step && step < until) return text;
        }

        return default;
    }

    private static void Begin(ref Row row, int step) =>
        row.Born = row.Step = row.TextStep = row.LayoutStep = row.FormerStep = step;

    private void TakeMembers(ChainDocument former, ChainDocument next, int step)
    {
        foreach (ref var member in next.Members.AsSpan(0, next.MemberCount))
        {
            var at = former.MemberAt(member.Name);
            member.Born = at < 0 ? step : former.Members[at].Born;
            if (at >= 0 && former.Members[at].Value.In(former.Text).SequenceEqual(member.Value.In(next.Text)))
            {
                member.Value.Step = former.Members[at].Value.Step;
                continue;
            }

            member.Value.Step = step;
            if (at >= 0 && member.Name == ChainNames.Strikes) _formerStrikes.Add((former.Members[at].Value.In(former.Text).ToArray(), former.Members[at].Value.Step, step));
        }

        foreach (ref readonly var member in former.Members.AsSpan(0, former.MemberCount))
        {
            if (next.MemberAt(member.Name) < 0) _goneMembers.Add(new(member.Name, member.Born, step));
        }
    }

    private void TakeSide(ChainDocument former, Side old, ChainDocument next, Side side, int step)
    {
        var at = 0;
        foreach (ref var row in side.Rows.AsSpan(0, side.Count))
        {
            while (at < old.Count && old.Rows[at].Strike < row.Strike) Drop(former, old, at++, step);
            if (at < old.Count && old.Rows[at].Strike == row.Strike)
            {
                RowComparison.Compare(former, old.Rows[at++], next, ref row, step, _step);
                continue;
            }

            Begin(ref row, step);
            foreach (ref var cell in next.Cells.AsSpan(row.First, row.Layout!.Columns.Length)) cell.Step = step;
            _gridStep = step;
        }

        while (at < old.Count) Drop(former, old, at++, step);
    }

    private void Drop(ChainDocument former, Side side, int at, int step)
    {
        ref readonly var row = ref side.Rows[at];
        var text = former.Cells[row.First + row.Layout!.StrikeAt].In(former.Text).ToArray();
        _gone.Add(new(ReferenceEquals(side, former.Calls), row.Strike, text, row.Born, step));
        _gridStep = step;
    }

    /// <summary>Forgets what went first, and with it the steps from before that.</summary>
    private void Forget(int strikes)
    {
        var many = _gone.Count - (MostGone + strikes / 2);
        if (many > 0)
        {
            KnownSince = Math.Max(KnownSince, _gone[many - 1].Gone);
            _gone.RemoveRange(0, many);
        }

        many = _goneMembers.Count - MostGone;
        if (many > 0)
        {
            KnownSince = Math.Max(KnownSince, _goneMembers[many - 1].Gone);
            _goneMembers.RemoveRange(0, many);
        }

        many = _formerStrikes.Count - MostFormerStrikes;
        if (many > 0) _formerStrikes.RemoveRange(0, many);
    }
}

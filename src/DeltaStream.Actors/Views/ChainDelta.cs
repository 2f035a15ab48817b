namespace DeltaStream.Actors.Views;

/// <summary>
/// Writes the difference between two reduced documents of one shape: of the newest one those parts that came after the step of the
/// base. docs/protocol.md says what each part is.
/// </summary>
internal readonly ref struct ChainDelta
{
    private readonly ByteWriter _to;
    private readonly ShapeColumns _columns;
    private readonly RowVersions _versions;
    private readonly ChainDocument _document;
    private readonly StrikeRange _range;
    private readonly StrikeRange _baseRange;
    private readonly int _base;

    private ChainDelta(ByteWriter to, ShapeColumns columns, RowVersions versions, StrikeRange range, StrikeRange baseRange, int @base)
    {
        (_to, _columns, _versions, _document) = (to, columns, versions, versions.Document!);
        (_range, _baseRange, _base) = (range, baseRange, @base);
    }

    private enum Change
    {
        None,
        Update,
        Add,
    }

    /// <summary>Writes the parts that are not empty, each after a comma.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="columns">The shape's columns in the chain.</param>
    /// <param name="versions">The chain; its document is the newer one.</param>
    /// <param name="range">The rows of the window in the newer document.</param>
    /// <param name="baseRange">The rows of the window in the base.</param>
    /// <param name="base">The step of the base.</param>
    public static void Write(ByteWriter to, ShapeColumns columns, RowVersions versions, StrikeRange range, StrikeRange baseRange, int @base)
    {
        var delta = new ChainDelta(to, columns, versions, range, baseRange, @base);
        delta.WriteMembers();
        if (columns.Shape.Sides != ViewSides.Puts) delta.WriteSide("\"calls\":{"u8, versions.Document!.Calls, isCalls: true);
        if (columns.Shape.Sides != ViewSides.Calls) delta.WriteSide("\"puts\":{"u8, versions.Document!.Puts, isCalls: false);
    }

    private void WriteMembers()
    {
        var set = new DeltaPart(_to, "\"set\":{"u8);
        foreach (ref readonly var member in _document.Members.AsSpan(0, _document.MemberCount))
        {
            if (!HasChanged(member)) continue;
            set.Next();
            ReducedChain.WriteName(_to, _columns.Names, member.Name);
            if (member.Name == ChainNames.Strikes && _columns.Shape.Reduces) ReducedChain.WriteStrikes(_to, member.Value.In(_document.Text), _range);
            else _to.Add(member.Value.In(_document.Text));
        }

        set.End('}');
        var unset = new DeltaPart(_to, "\"unset\":["u8);
        foreach (var gone in _versions.GoneMembers)
        {
            if (gone.Born > _base || gone.Gone <= _base || _document.MemberAt(gone.Name) >= 0) continue;
            unset.Next();
            _to.Add(_columns.Names.Quoted(gone.Name));
        }

        unset.End(']');
    }

    private bool HasChanged(in Member member)
    {
        if (member.Name != ChainNames.Strikes || !_columns.Shape.Reduces || !member.Value.IsArray(_document.Text)) return member.Value.Step > _base;
        if (member.Value.Step <= _base && _range == _baseRange) return false;
        if (member.Born > _base) return true;
        var value = member.Value.In(_document.Text);
        var former = member.Value.Step <= _base ? value : _versions.StrikesAt(_base);
        return former.IsEmpty || !IsReducedAlike(former, value);
    }

    private bool IsReducedAlike(ReadOnlySpan<byte> former, ReadOnlySpan<byte> value)
    {
        var start = _to.Length;
        ReducedChain.WriteStrikes(_to, former, _baseRange);
        var middle = _to.Length;
        ReducedChain.WriteStrikes(_to, value, _range);
        var isAlike = _to.Written[start..middle].SequenceEqual(_to.Written[middle..]);
        _to.CutTo(start);
        return isAlike;
    }

    private void WriteSide(ReadOnlySpan<byte> name, Side side, bool isCalls)
    {
        var start = _to.Length;
        DeltaPart.Open(_to, name);
        var empty = _to.Length;
        var rows = side.All[side.In(_range)];
        var update = new DeltaPart(_to, "\"update\":["u8);
        foreach (ref readonly var row in rows)
        {
            if (row.Step <= _base || ChangeOf(row) != Change.Update) continue;
            var cut = _to.Length;
            update.Next();
            if (!(_columns.Shape.IsCompact ? WriteMasked(row) : WritePartial(row))) update.TakeBack(cut);
        }

        update.End(']');
        var add = new DeltaPart(_to, "\"add\":["u8);
        foreach (ref readonly var row in rows)
        {
            if (ChangeOf(row) != Change.Add) continue;
            add.Next();
            ReducedChain.WriteRow(_to, _columns, _document, row);
        }

        add.End(']');
        WriteRemoved(side, isCalls);
        if (_to.Length > empty) _to.Add('}');
        else _to.CutTo(start);
    }

    private void WriteRemoved(Side side, bool isCalls)
    {
        var remove = new DeltaPart(_to, "\"remove\":["u8);
        if (_range != _baseRange)
        {
            foreach (ref readonly var row in side.All[side.In(_baseRange)])
            {
                if (row.Born > _base || _range.Contains(row.Strike) || !_baseRange.Contains(row.Strike)) continue;
                remove.Next();
                _to.Add(_document.Cells[row.First + row.Layout!.StrikeAt].In(_document.Text));
            }
        }

        foreach (var gone in _versions.Gone)
        {
            if (gone.IsCall != isCalls || gone.Born > _base || gone.Gone <= _base || !_baseRange.Contains(gone.Strike)) continue;
            // A row that is there again takes the place of the former one.
            if (_range.Contains(gone.Strike) && side.Find(gone.Strike) >= 0) continue;
            remove.Next();
            _to.Add(gone.Text);
        }

        remove.End(']');
    }

    private Change ChangeOf(in Row row)
    {
        if (!_range.Contains(row.Strike)) return Change.None;
        if (row.Born > _base || row.TextStep > _base || !_baseRange.Contains(row.Strike)) return Change.Add;
        if (row.LayoutStep > _base && !_columns.Shape.IsCompact && HasOtherFields(row)) return Change.Add;
        return row.Step > _base ? Change.Update : Change.None;
    }

    /// <summary>True if the row's set of fields in this view changed, or may have.</summary>
    private bool HasOtherFields(in Row row)
    {
        if (_columns.AreAll || FormerOf(row) is not { } former) return true;
        foreach (var number in _columns.Numbers)
        {
            if (former.IndexOf(number) >= 0 != row.Layout!.IndexOf(number) >= 0) return true;
        }

        return false;
    }

    /// <summary>What the row had at the base; null if that is not known because it has changed more than once.</summary>
    private RowLayout? FormerOf(in Row row) => row.FormerStep <= _base ? row.Former : null;

    private bool WritePartial(in Row row)
    {
        var cells = _document.CellsOf(row);
        var partial = new JsonList(_to, '{');
        partial.Next();
        _to.Add("\"strike\":"u8);
        _to.Add(cells[row.Layout!.StrikeAt].In(_document.Text));
        var empty = _to.Length;
        for (var i = 0; i < (_columns.AreAll ? cells.Length : _columns.Numbers.Length); i++)
        {
            var at = _columns.AreAll ? i : row.Layout.IndexOf(_columns.Numbers[i]);
            if (at < 0 || cells[at].Step <= _base) continue;
            partial.Next();
            if (_columns.AreAll) ReducedChain.WriteName(_to, _columns.Names, row.Layout.Columns[i]);
            else _to.Add(_columns.Quoted(i));
            _to.Add(cells[at].In(_document.Text));
        }

        partial.End('}');
        return _to.Length > empty + 1;
    }

    private bool WriteMasked(in Row row)
    {
        var cells = _document.CellsOf(row);
        var mask = 0;
        for (var i = 0; i < _columns.Numbers.Length; i++)
        {
            if (HasChanged(row, cells, _columns.Numbers[i])) mask |= 1 << i;
        }

        if (mask == 0) return false;
        _to.Add('[');
        _to.Add(cells[row.Layout!.StrikeAt].In(_document.Text));
        _to.Add(',');
        _to.Add(mask);
        for (var i = 0; i < _columns.Numbers.Length; i++)
        {
            if ((mask & (1 << i)) == 0) continue;
            _to.Add(',');
            var at = row.Layout.IndexOf(_columns.Numbers[i]);
            _to.Add(at < 0 ? "null"u8 : cells[at].In(_document.Text));
        }

        _to.Add(']');
        return true;
    }

    /// <summary>True if a value of a compact row changed. There a value that is missing is null.</summary>
    private bool HasChanged(in Row row, ReadOnlySpan<Cell> cells, int number)
    {
        var at = row.Layout!.IndexOf(number);
        if (at >= 0 && cells[at].Step <= _base) return false;
        if (at >= 0 && !cells[at].IsNull(_document.Text)) return true;
        // Null now. Was it something else at the base?
        if (row.LayoutStep <= _base) return at >= 0;
        if (FormerOf(row) is not { } former) return true;
        if (former.IndexOf(number) < 0) return false;
        return at >= 0 || _base < row.FilledStep || row.FormerFilled!.IndexOf(number) >= 0;
    }
}

using System.Globalization;
using System.Text.Json;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Views;

/// <summary>
/// Finds the values of a chain's text in one walk. Nothing is copied but names that are new. Of members that occur twice the last
/// one counts.
/// </summary>
internal sealed class ChainParser
{
    // More layouts than this are not shared. Each row then has its own.
    private const int MostLayouts = 64;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = EnrichedMessage.MaxDepth };

    private readonly List<RowLayout> _layouts = [];
    private int[] _columns = new int[32];

    public ChainNames Names { get; } = new();

    /// <summary>Reads a chain.</summary>
    /// <param name="payload">A valid JSON object.</param>
    /// <param name="document">Where its values are noted; what it held is overwritten.</param>
    public void Read(ReadOnlyMemory<byte> payload, ChainDocument document)
    {
        (document.Payload, document.CellCount, document.MemberCount) = (payload, 0, 0);
        Clear(document.Calls);
        Clear(document.Puts);
        var json = payload.Span;
        var reader = new Utf8JsonReader(json, Options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Names.Of(ref reader, json);
            reader.Read();
            if (name == ChainNames.Calls) ReadSide(ref reader, json, document, document.Calls);
            else if (name == ChainNames.Puts) ReadSide(ref reader, json, document, document.Puts);
            else Put(document, name, ReadValue(ref reader));
        }

        document.IsOrdered = IsOrdered(document.Calls) && IsOrdered(document.Puts);
        document.Grid = GridOf(document);
        document.Spot = SpotOf(document);
        Trim(document);
    }

    private static void Clear(Side side) => (side.Count, side.IsArray, side.Other) = (0, false, default);

    private static Cell ReadValue(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new() { Start = start, Length = (int)reader.BytesConsumed - start };
    }

    private static void Put(ChainDocument document, int name, Cell value)
    {
        var at = document.MemberAt(name);
        if (at < 0)
        {
            at = document.MemberCount++;
            if (at == document.Members.Length) Array.Resize(ref document.Members, Math.Max(16, at * 2));
        }

        document.Members[at] = new() { Name = name, Value = value };
    }

    private void ReadSide(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ChainDocument document, Side side)
    {
        Clear(side);
        side.IsArray = reader.TokenType == JsonTokenType.StartArray;
        if (!side.IsArray)
        {
            side.Other = ReadValue(ref reader);
            return;
        }

        var layout = RowLayout.None;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (side.Count == side.Rows.Length) Array.Resize(ref side.Rows, Math.Max(16, side.Count * 2));
            ref var row = ref side.Rows[side.Count++];
            row = new() { First = document.CellCount, Strike = double.NaN };
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                Add(document, ReadValue(ref reader));
                continue;
            }

            row.Layout = layout = ReadRow(ref reader, json, document, layout);
            if (layout.StrikeAt >= 0) row.Strike = WindowReader.NumberOf(document.Cells[row.First + layout.StrikeAt].In(json));
        }
    }

    /// <summary>Reads a row's values. Names are compared with those of the row before, which are most likely the same.</summary>
    private RowLayout ReadRow(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ChainDocument document, RowLayout likely)
    {
        var count = 0;
        var isLikely = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (count == _columns.Length) Array.Resize(ref _columns, count * 2);
            if (count < likely.Columns.Length && !reader.ValueIsEscaped && reader.ValueSpan.SequenceEqual(Names.TextOf(likely.Columns[count])))
            {
                _columns[count] = likely.Columns[count];
            }
            else
            {
                _columns[count] = Names.Of(ref reader, json);
                isLikely = false;
            }

            count++;
            reader.Read();
            Add(document, ReadValue(ref reader));
        }

        return isLikely && count == likely.Columns.Length ? likely : LayoutOf(document, count);
    }

    private RowLayout LayoutOf(ChainDocument document, int count)
    {
        count = DropRepeated(document, count);
        var columns = _columns.AsSpan(0, count);
        foreach (var known in _layouts)
        {
            if (columns.SequenceEqual(known.Columns)) return known;
        }

        var layout = new RowLayout(columns.ToArray());
        if (_layouts.Count < MostLayouts) _layouts.Add(layout);
        return layout;
    }

    /// <summary>Drops the values of columns that occur again later in the row.</summary>
    private int DropRepeated(ChainDocument document, int count)
    {
        var seen = new HashSet<int>();
        var cells = document.Cells.AsSpan(document.CellCount - count, count);
        var kept = count;
        for (var i = count - 1; i >= 0; i--)
        {
            if (!seen.Add(_columns[i])) continue;
            kept--;
            (_columns[kept], cells[kept]) = (_columns[i], cells[i]);
        }

        if (kept == 0) return count;
        cells[kept..].CopyTo(cells);
        _columns.AsSpan(kept, count - kept).CopyTo(_columns);
        document.CellCount -= kept;
        return count - kept;
    }

    private static void Add(ChainDocument document, Cell cell)
    {
        if (document.CellCount == document.Cells.Length) Array.Resize(ref document.Cells, Math.Max(64, document.CellCount * 2));
        document.Cells[document.CellCount++] = cell;
    }

    private static bool IsOrdered(Side side)
    {
        var last = double.NaN;
        foreach (ref readonly var row in side.All)
        {
            if (double.IsNaN(row.Strike) || row.Strike <= last) return false;
            last = row.Strike;
        }

        return side.IsArray;
    }

    private static double[] GridOf(ChainDocument document)
    {
        var calls = document.Calls.All;
        var puts = document.Puts.All;
        var strikes = new double[calls.Length + puts.Length];
        var count = 0;
        if (document.IsOrdered)
        {
            for (int i = 0, k = 0; i < calls.Length || k < puts.Length;)
            {
                var call = i < calls.Length ? calls[i].Strike : double.PositiveInfinity;
                var put = k < puts.Length ? puts[k].Strike : double.PositiveInfinity;
                strikes[count++] = Math.Min(call, put);
                if (i < calls.Length && call <= put) i++;
                if (k < puts.Length && put <= call) k++;
            }

            return strikes[..count];
        }

        foreach (ref readonly var row in calls) strikes[count++] = row.Strike;
        foreach (ref readonly var row in puts) strikes[count++] = row.Strike;
        return [.. strikes.Where(it => !double.IsNaN(it)).Distinct().Order()];
    }

    private static double? SpotOf(ChainDocument document)
    {
        var at = document.MemberAt(ChainNames.SpotPrice);
        if (at < 0) return null;
        var token = document.Members[at].Value.In(document.Text);
        var spot = token[0] == (byte)'"' ? NumberIn(token) : WindowReader.NumberOf(token);
        return double.IsFinite(spot) ? spot : null;
    }

    private static double NumberIn(ReadOnlySpan<byte> token)
    {
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(Wire.JsonFields.TextOf(token), Styles, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
    }

    /// <summary>Arrays grow by doubling; what they have too much is given back, because it would be kept.</summary>
    private static void Trim(ChainDocument document)
    {
        Trim(ref document.Cells, document.CellCount);
        Trim(ref document.Calls.Rows, document.Calls.Count);
        Trim(ref document.Puts.Rows, document.Puts.Count);
    }

    private static void Trim<T>(ref T[] array, int count)
    {
        if (array.Length > count + count / 4 + 16) Array.Resize(ref array, count + count / 8);
    }
}

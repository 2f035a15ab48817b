using System.Text.Json;

namespace DeltaStream.Actors.Views;

/// <summary>Writes reduced documents: what a view leaves of a chain, with each value's text as published.</summary>
internal static class ReducedChain
{
    private static readonly StrikeRange All = StrikeRange.All;

    /// <summary>Writes a whole document.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="columns">The shape's columns in the chain.</param>
    /// <param name="document">The chain.</param>
    /// <param name="range">The rows of the window; null if the shape has none.</param>
    public static void Write(ByteWriter to, ShapeColumns columns, ChainDocument document, StrikeRange? range)
    {
        if (!columns.Shape.Reduces)
        {
            to.Add(document.Text);
            return;
        }

        var list = new JsonList(to, '{');
        foreach (ref readonly var member in document.Members.AsSpan(0, document.MemberCount))
        {
            list.Next();
            WriteName(to, columns.Names, member.Name);
            if (member.Name == ChainNames.Strikes) WriteStrikes(to, member.Value.In(document.Text), range ?? StrikeRange.All);
            else to.Add(member.Value.In(document.Text));
        }

        if (columns.Shape.Sides != ViewSides.Puts) WriteSide(ref list, "\"calls\":"u8, document.Calls);
        if (columns.Shape.Sides != ViewSides.Calls) WriteSide(ref list, "\"puts\":"u8, document.Puts);
        list.End('}');

        void WriteSide(ref JsonList list, ReadOnlySpan<byte> name, Side side)
        {
            if (!side.IsArray && side.Other.Length == 0) return;
            list.Next();
            to.Add(name);
            if (side.IsArray) WriteRows(to, columns, document, side, range);
            else to.Add(side.Other.In(document.Text));
        }
    }

    public static void WriteName(ByteWriter to, ChainNames names, int name)
    {
        to.Add(names.Quoted(name));
        to.Add(':');
    }

    /// <summary>Writes one row: an object, or an array in format compact.</summary>
    public static void WriteRow(ByteWriter to, ShapeColumns columns, ChainDocument document, in Row row)
    {
        var cells = document.CellsOf(row);
        if (row.Layout is null) to.Add(cells[0].In(document.Text));
        else if (columns.Shape.IsCompact) WriteCompact(to, columns, document, row, cells);
        else if (!columns.AreAll) WriteFields(to, columns, document, row, cells);
        else
        {
            var list = new JsonList(to, '{');
            for (var i = 0; i < cells.Length; i++)
            {
                list.Next();
                WriteName(to, columns.Names, row.Layout.Columns[i]);
                to.Add(cells[i].In(document.Text));
            }

            list.End('}');
        }
    }

    /// <summary>Writes the elements of <c>strikes</c> that are numbers in the window. A value that is not an array is written as it is.</summary>
    public static void WriteStrikes(ByteWriter to, ReadOnlySpan<byte> value, in StrikeRange range)
    {
        if (value[0] != (byte)'[')
        {
            to.Add(value);
            return;
        }

        var list = new JsonList(to, '[');
        var reader = new Utf8JsonReader(value);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.Number && range.Contains(WindowReader.NumberOf(reader.ValueSpan)))
            {
                list.Next();
                to.Add(reader.ValueSpan);
            }

            reader.Skip();
        }

        list.End(']');
    }

    private static void WriteRows(ByteWriter to, ShapeColumns columns, ChainDocument document, Side side, StrikeRange? range)
    {
        var list = new JsonList(to, '[');
        var rows = document.IsOrdered ? side.All[side.In(range ?? All)] : side.All;
        foreach (ref readonly var row in rows)
        {
            // What is not an object stays as published.
            if (range is { } few && row.Layout is not null && !few.Contains(row.Strike)) continue;
            list.Next();
            WriteRow(to, columns, document, row);
        }

        list.End(']');
    }

    private static void WriteFields(ByteWriter to, ShapeColumns columns, ChainDocument document, in Row row, ReadOnlySpan<Cell> cells)
    {
        var list = new JsonList(to, '{');
        if (!double.IsNaN(row.Strike))
        {
            list.Next();
            to.Add("\"strike\":"u8);
            to.Add(cells[row.Layout!.StrikeAt].In(document.Text));
        }

        for (var i = 0; i < columns.Numbers.Length; i++)
        {
            var at = row.Layout!.IndexOf(columns.Numbers[i]);
            if (at < 0) continue;
            list.Next();
            to.Add(columns.Quoted(i));
            to.Add(cells[at].In(document.Text));
        }

        list.End('}');
    }

    private static void WriteCompact(ByteWriter to, ShapeColumns columns, ChainDocument document, in Row row, ReadOnlySpan<Cell> cells)
    {
        to.Add('[');
        to.Add(double.IsNaN(row.Strike) ? "null"u8 : cells[row.Layout!.StrikeAt].In(document.Text));
        foreach (var number in columns.Numbers)
        {
            to.Add(',');
            var at = row.Layout!.IndexOf(number);
            to.Add(at < 0 ? "null"u8 : cells[at].In(document.Text));
        }

        to.Add(']');
    }
}

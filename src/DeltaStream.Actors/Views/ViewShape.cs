using System.IO.Hashing;
using System.Text;

namespace DeltaStream.Actors.Views;

internal enum ViewMode : byte
{
    /// <summary>Each update is the reduced document.</summary>
    Full = 0,

    /// <summary>An update is the difference from the document that the client has.</summary>
    Delta = 1,
}

internal enum ViewFormat : byte
{
    /// <summary>A row is an object.</summary>
    Rows = 0,

    /// <summary>A row is an array of values in the order of the view's fields.</summary>
    Compact = 1,
}

internal enum ViewSides : byte
{
    Both = 0,
    Calls = 1,
    Puts = 2,
}

/// <summary>
/// The part of a view that decides which bytes are sent: clients whose shapes are equal share frames. LIMIT_VIEWS counts
/// different shapes. Two shapes are equal if their texts are.
/// </summary>
internal sealed class ViewShape : IEquatable<ViewShape>
{
    /// <summary>The published document, sent whole.</summary>
    public static readonly ViewShape Whole = new(ViewMode.Full, ViewFormat.Rows, null, ViewSides.Both, null);

    private readonly string _text;
    private readonly int _hash;

    public ViewShape(ViewMode mode, ViewFormat format, ViewWindow? window, ViewSides sides, IReadOnlyList<string>? fields)
    {
        (Mode, Format, Window, Sides, Fields) = (mode, format, window, sides, fields);
        FieldTexts = fields is null ? null : ShapeColumns.TextsOf(fields);
        (_text, var reduction) = ViewText.Of(this);
        _hash = _text.GetHashCode();
        Reduction = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(reduction));
    }

    public ViewMode Mode { get; }

    public ViewFormat Format { get; }

    /// <summary>The window of rows; null for all rows.</summary>
    public ViewWindow? Window { get; }

    public ViewSides Sides { get; }

    /// <summary>The names of the columns beside the strike, in their order; null for published rows.</summary>
    public IReadOnlyList<string>? Fields { get; }

    /// <summary>The fields' names as rows need them: plain, and quoted with a colon.</summary>
    public (byte[] Text, byte[] Quoted)[]? FieldTexts { get; }

    public bool IsDelta => Mode == ViewMode.Delta;

    public bool IsCompact => Format == ViewFormat.Compact;

    /// <summary>True if the shape's document can differ from the published one.</summary>
    public bool Reduces => Window is not null || Sides != ViewSides.Both || Fields is not null;

    /// <summary>True if frames of this shape are made by <see cref="ChainViews"/>; otherwise the published bytes are sent.</summary>
    public bool IsMade => IsDelta || Reduces;

    /// <summary>
    /// A hash of what reduces the document: window, sides, fields and format. It is the same in every process, because it is part
    /// of versions.
    /// </summary>
    public ulong Reduction { get; }

    public bool Equals(ViewShape? other) => ReferenceEquals(this, other) || (other is not null && _hash == other._hash && _text == other._text);

    public override bool Equals(object? obj) => Equals(obj as ViewShape);

    public override int GetHashCode() => _hash;

    public override string ToString() => _text;
}

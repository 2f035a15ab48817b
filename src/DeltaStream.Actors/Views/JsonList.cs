namespace DeltaStream.Actors.Views;

/// <summary>Writes the brackets and commas of a JSON object or array.</summary>
internal struct JsonList
{
    private readonly ByteWriter _to;
    private bool _hasElements;

    public JsonList(ByteWriter to, char opening)
    {
        _to = to;
        to.Add(opening);
    }

    /// <summary>Before each element: writes the comma between it and the one before.</summary>
    public void Next()
    {
        if (_hasElements) _to.Add(',');
        _hasElements = true;
    }

    public readonly void End(char closing) => _to.Add(closing);
}

/// <summary>A member of an object that is written only once it has an element.</summary>
/// <param name="to">Where to.</param>
/// <param name="opening">The member's name and opening bracket.</param>
internal ref struct DeltaPart(ByteWriter to, ReadOnlySpan<byte> opening)
{
    private readonly ReadOnlySpan<byte> _opening = opening;
    private int _count;

    /// <summary>Begins a member, with a comma if it is not the object's first.</summary>
    public static void Open(ByteWriter to, ReadOnlySpan<byte> opening)
    {
        if (to.Written[^1] != (byte)'{') to.Add(',');
        to.Add(opening);
    }

    /// <summary>Before each element.</summary>
    public void Next()
    {
        if (_count++ == 0) Open(to, _opening);
        else to.Add(',');
    }

    /// <summary>The element has turned out to be empty.</summary>
    /// <param name="length">The length before <see cref="Next"/>.</param>
    public void TakeBack(int length)
    {
        _count--;
        to.CutTo(length);
    }

    public readonly void End(char closing)
    {
        if (_count > 0) to.Add(closing);
    }
}

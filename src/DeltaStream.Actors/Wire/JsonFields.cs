using System.Text.Json;

namespace DeltaStream.Actors.Wire;

/// <summary>
/// Reads a JSON object field by field without copying. The whole text is checked only when the caller reads to the end. A
/// caller that keeps each value ends with the last of duplicate fields, as a browser does. No name or string throws, but text
/// that is not JSON does.
/// </summary>
/// <param name="json">UTF-8 text.</param>
/// <param name="maxDepth">The maximum nesting depth.</param>
public ref struct JsonFields(ReadOnlySpan<byte> json, int maxDepth = 64)
{
    /// <summary>Options for text that may be nested deeply. Depth costs a reader one bit per level and no stack.</summary>
    public static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    private Utf8JsonReader _reader = new(json, new JsonReaderOptions { MaxDepth = maxDepth });
    private readonly ReadOnlySpan<byte> _json = json;
    private bool _isNameEscaped;

    /// <summary>True once the text has turned out to be an object.</summary>
    public bool IsObject { get; private set; }

    /// <summary>The range of the field's name in the text, quotes included.</summary>
    public Range Name { get; private set; }

    /// <summary>The type of the field's value.</summary>
    public JsonTokenType Type { get; private set; }

    /// <summary>The range of the field's value in the text, quotes included.</summary>
    public Range Value { get; private set; }

    /// <summary>Moves to the next field.</summary>
    /// <returns>False after the last field, and if the text is a value other than an object (<see cref="Type"/>).</returns>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public bool Read()
    {
        if (!IsObject)
        {
            IsObject = _reader.Read() && _reader.TokenType == JsonTokenType.StartObject;
            Type = _reader.TokenType;
            if (!IsObject) _reader.Skip();
        }
        if (!_reader.Read() || !IsObject || _reader.TokenType != JsonTokenType.PropertyName)
        {
            // Only white space may follow. The reader throws on anything else.
            while (_reader.Read()) { }
            return false;
        }
        _isNameEscaped = _reader.ValueIsEscaped;
        Name = (int)_reader.TokenStartIndex..((int)_reader.TokenStartIndex + _reader.ValueSpan.Length + 2);
        _reader.Read();
        Type = _reader.TokenType;
        var start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        Value = start..(int)_reader.BytesConsumed;
        return true;
    }

    public readonly bool Is(ReadOnlySpan<byte> name)
    {
        var raw = _json[Name];
        if (!_isNameEscaped) return raw[1..^1].SequenceEqual(name);
        var unescaping = new Utf8JsonReader(raw);
        unescaping.Read();
        try
        {
            return unescaping.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            // The name has half a surrogate pair.
            return false;
        }
    }

    /// <summary>True if two JSON strings, quotes included, are the same text although one may have escapes.</summary>
    public static bool AreSameText(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.SequenceEqual(right)) return true;
        if (!left.Contains((byte)'\\') && !right.Contains((byte)'\\')) return false;
        return TextOf(left) is { } text && text == TextOf(right);
    }

    /// <summary>The value as text. Null if it is not a string, or has half a surrogate pair, which is valid JSON but not text.</summary>
    public readonly string? GetText() => Type == JsonTokenType.String ? TextOf(_json[Value]) : null;

    /// <summary>The field's name as text; null if it has half a surrogate pair.</summary>
    public readonly string? GetNameText() => TextOf(_json[Name]);

    /// <summary>The text of a JSON string, quotes included; null if it has half a surrogate pair.</summary>
    public static string? TextOf(ReadOnlySpan<byte> token)
    {
        var reader = new Utf8JsonReader(token);
        reader.Read();
        return TextOf(ref reader);
    }

    /// <summary>The text of the string that a reader is at; null if it has half a surrogate pair.</summary>
    public static string? TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}

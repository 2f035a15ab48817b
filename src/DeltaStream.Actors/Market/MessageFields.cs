using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace DeltaStream.Actors.Market;

/// <summary>
/// The range of a field's value in the message, quotes included. The type is <see cref="JsonTokenType.None"/> if the field is
/// absent.
/// </summary>
internal readonly record struct RawValue(JsonTokenType Type, int Start, int Length)
{
    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> json) => json.Slice(Start, Length);
}

/// <summary>The ranges of a message's fields, in the order of its kind's table. Other fields are only checked to be JSON.</summary>
internal struct MessageFields
{
    private const int LongestName = 32;
    private const int MostFields = 12;

    private Values _values;

    public readonly RawValue this[int index] => _values[index];

    /// <summary>Walks the whole text once. If a field occurs twice the last one counts, as in every browser.</summary>
    /// <returns>False if the top level is not an object; then there are no fields.</returns>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static bool Read(ReadOnlySpan<byte> json, MessageKind kind, out MessageFields fields)
    {
        fields = default;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = EnrichedMessage.MaxDepth });
        reader.Read();
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        if (!isObject) reader.Skip();
        Span<byte> unescaped = stackalloc byte[LongestName];
        while (isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var index = IndexOf(kind, reader.ValueIsEscaped ? Unescape(reader.ValueSpan, unescaped) : reader.ValueSpan);
            reader.Read();
            var type = reader.TokenType;
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (index >= 0) fields._values[index] = new RawValue(type, start, (int)reader.BytesConsumed - start);
        }

        // Text after the value is not JSON, and the reader throws on it.
        while (reader.Read()) { }
        return isObject;
    }

    private static int IndexOf(MessageKind kind, ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < kind.Fields.Count; i++)
        {
            if (name.SequenceEqual(kind.Fields[i].Utf8)) return i;
        }

        return -1;
    }

    /// <summary>
    /// The name without its escapes; empty if it can't be a name that the gateway reads. The reader's own comparison throws on
    /// half a surrogate pair, which is valid JSON and which every browser accepts.
    /// </summary>
    private static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        var length = 0;
        for (var i = 0; i < name.Length; i++, length++)
        {
            var value = (int)name[i];
            if (value == '\\')
            {
                // No name in the tables has a character that another escape can stand for.
                if (name[++i] != 'u' || !Utf8Parser.TryParse(name.Slice(i + 1, 4), out value, out int digits, 'x') || digits != 4) return default;
                i += 4;
            }

            if (length == buffer.Length || value > 0x7f) return default;
            buffer[length] = (byte)value;
        }

        return buffer[..length];
    }

    [InlineArray(MostFields)]
    private struct Values
    {
        private RawValue _first;
    }
}

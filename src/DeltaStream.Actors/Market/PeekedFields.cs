using System.Buffers.Text;
using System.Text.Json;

namespace DeltaStream.Actors.Market;

/// <summary>Where a field's value stands in the message, quotes included; <see cref="JsonTokenType.None"/> when it is absent.</summary>
internal readonly record struct RawValue(JsonTokenType Type, int Start, int Length)
{
    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> json) => json.Slice(Start, Length);
}

/// <summary>The top-level fields that routing, ordering and the summary need. Everything else of a message is only checked to be JSON.</summary>
internal struct PeekedFields
{
    private const int LongestName = 18;

    public RawValue Product;
    public RawValue Price;
    public RawValue Expiry;
    public RawValue SpotPrice;
    public RawValue PcrOi;
    public RawValue MaxPainStrike;
    public RawValue AtmStraddlePrice;
    public RawValue Timestamp;
    public RawValue Calls;
    public RawValue Puts;

    /// <summary>Walks the whole text once. Of duplicate fields the last counts, as in every browser.</summary>
    /// <returns>False when the top level is no object: then no field is there.</returns>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static bool Read(ReadOnlySpan<byte> json, out PeekedFields fields)
    {
        fields = default;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = EnrichedMessage.MaxDepth });
        reader.Read();
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        if (!isObject) reader.Skip();
        Span<byte> unescaped = stackalloc byte[LongestName];
        while (isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var unknown = default(RawValue);
            ref var field = ref unknown;
            var name = reader.ValueIsEscaped ? Unescape(reader.ValueSpan, unescaped) : reader.ValueSpan;
            if (name.SequenceEqual("product"u8)) field = ref fields.Product;
            else if (name.SequenceEqual("price"u8)) field = ref fields.Price;
            else if (name.SequenceEqual("expiry"u8)) field = ref fields.Expiry;
            else if (name.SequenceEqual("spot_price"u8)) field = ref fields.SpotPrice;
            else if (name.SequenceEqual("pcr_oi"u8)) field = ref fields.PcrOi;
            else if (name.SequenceEqual("max_pain_strike"u8)) field = ref fields.MaxPainStrike;
            else if (name.SequenceEqual("atm_straddle_price"u8)) field = ref fields.AtmStraddlePrice;
            else if (name.SequenceEqual("timestamp"u8)) field = ref fields.Timestamp;
            else if (name.SequenceEqual("calls"u8)) field = ref fields.Calls;
            else if (name.SequenceEqual("puts"u8)) field = ref fields.Puts;

            reader.Read();
            var type = reader.TokenType;
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            field = new RawValue(type, start, (int)reader.BytesConsumed - start);
        }

        // Whatever stands behind the value makes the text no JSON.
        while (reader.Read()) { }
        return isObject;
    }

    /// <summary>
    /// The name without its escapes, or nothing where it can't be one of ours. The reader's own comparison throws on half a
    /// surrogate pair, which is valid JSON and passes every browser.
    /// </summary>
    private static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        var length = 0;
        for (var i = 0; i < name.Length; i++, length++)
        {
            var value = (int)name[i];
            if (value == '\\')
            {
                // None of our names has a character that is written in another escape.
                if (name[++i] != 'u' || !Utf8Parser.TryParse(name.Slice(i + 1, 4), out value, out int digits, 'x') || digits != 4) return default;
                i += 4;
            }

            if (length == buffer.Length || value > 0x7f) return default;
            buffer[length] = (byte)value;
        }

        return buffer[..length];
    }
}

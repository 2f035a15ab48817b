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
        while (isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var unknown = default(RawValue);
            ref var field = ref unknown;
            if (reader.ValueTextEquals("product"u8)) field = ref fields.Product;
            else if (reader.ValueTextEquals("price"u8)) field = ref fields.Price;
            else if (reader.ValueTextEquals("expiry"u8)) field = ref fields.Expiry;
            else if (reader.ValueTextEquals("spot_price"u8)) field = ref fields.SpotPrice;
            else if (reader.ValueTextEquals("pcr_oi"u8)) field = ref fields.PcrOi;
            else if (reader.ValueTextEquals("max_pain_strike"u8)) field = ref fields.MaxPainStrike;
            else if (reader.ValueTextEquals("atm_straddle_price"u8)) field = ref fields.AtmStraddlePrice;
            else if (reader.ValueTextEquals("timestamp"u8)) field = ref fields.Timestamp;
            else if (reader.ValueTextEquals("calls"u8)) field = ref fields.Calls;
            else if (reader.ValueTextEquals("puts"u8)) field = ref fields.Puts;

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
}

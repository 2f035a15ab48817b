using System.Text.Json;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Clients;

/// <summary>Reads a client's event (docs/protocol.md). Never throws, whatever the data is. If a field occurs twice the last one counts.</summary>
internal static class RequestReader
{
    // Deep nesting costs the reader one bit per level and no stack, so depth alone is not a reason to refuse.
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    /// <summary>Reads an event.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The first argument as UTF-8 JSON; empty if there is none.</param>
    /// <param name="request">The request, if it is valid.</param>
    /// <returns>Null, or the reason why the request is not valid.</returns>
    public static RequestError? Read(string name, ReadOnlySpan<byte> data, out ClientRequest request)
    {
        request = default;
        switch (name)
        {
            case "get_products":
                request = new(ClientRequestKind.GetProducts, null);
                return null;
            case "get_expiries":
                return ReadRequest(ClientRequestKind.GetExpiries, name, data, out request);
            case "subscribe":
                return ReadRequest(ClientRequestKind.Subscribe, name, data, out request);
            case "unsubscribe":
                return ReadRequest(ClientRequestKind.Unsubscribe, name, data, out request);
            default:
                return RequestError.UnknownEvent(name);
        }
    }

    private static RequestError? ReadRequest(ClientRequestKind kind, string name, ReadOnlySpan<byte> data, out ClientRequest request)
    {
        request = default;
        Field type = default, symbol = default, expiry = default;
        try
        {
            if (!ReadFields(data, ref type, ref symbol, ref expiry)) return RequestError.InvalidMessage(name);
        }
        catch (JsonException)
        {
            return RequestError.InvalidMessage(name);
        }

        var error = kind == ClientRequestKind.GetExpiries ? ChooseChains(symbol, out var room) : Choose(type, symbol, expiry, out room);
        if (error is null) request = new(kind, room);
        return error;
    }

    private static RequestError? ChooseChains(Field symbol, out Room? room)
    {
        room = null;
        if (symbol.IsMissing) return RequestError.MissingField;
        if (!Symbol.IsValid(symbol.Text)) return RequestError.InvalidSymbol(symbol.Text);
        room = Room.Chain(symbol.Text!);
        return null;
    }

    private static RequestError? Choose(Field type, Field symbol, Field expiry, out Room? room)
    {
        room = null;
        if (type.IsMissing) return RequestError.MissingField;
        if (type.Text == "general")
        {
            room = Room.General;
            return null;
        }

        if (symbol.IsMissing) return RequestError.MissingField;
        if (type.Text is not ("product" or "chain")) return RequestError.InvalidType(type.Text);
        if (!Symbol.IsValid(symbol.Text)) return RequestError.InvalidSymbol(symbol.Text);
        if (expiry.IsNull)
        {
            room = type.Text == "product" ? Room.Product(symbol.Text!) : Room.Chain(symbol.Text!);
            return null;
        }

        if (type.Text == "product") return RequestError.ExpiryOfProduct(expiry.Text);
        if (!Expiry.TryParse(expiry.Text, out var date)) return RequestError.InvalidExpiry(expiry.Text);
        room = Room.Chain(symbol.Text!, date);
        return null;
    }

    /// <summary>False if the data is a JSON value other than an object. Empty data counts as an object without fields.</summary>
    private static bool ReadFields(ReadOnlySpan<byte> data, ref Field type, ref Field symbol, ref Field expiry)
    {
        if (data.IsEmpty) return true;
        var reader = new Utf8JsonReader(data, AnyDepth);
        if (!reader.Read()) return false;
        if (reader.TokenType == JsonTokenType.Null) return !reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Is(ref reader, "type"u8)) type = Field.Read(ref reader);
            else if (Is(ref reader, "symbol"u8)) symbol = Field.Read(ref reader);
            else if (Is(ref reader, "expiry"u8)) expiry = Field.Read(ref reader);
            else reader.Skip();
        }

        // Reading to the end finds errors after the object.
        return reader.TokenType == JsonTokenType.EndObject && !reader.Read();
    }

    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            // The name has half a surrogate pair: valid JSON, but not text, so it can't be one of our names.
            return false;
        }
    }

    /// <summary>A field's value: text, nothing (absent or null), or invalid (another type, or text that UTF-16 can't represent).</summary>
    private readonly struct Field
    {
        private readonly bool _isOther;

        private Field(string? text, bool isOther)
        {
            Text = text;
            _isOther = isOther;
        }

        public string? Text { get; }

        public bool IsNull => Text is null && !_isOther;

        public bool IsMissing => !_isOther && string.IsNullOrEmpty(Text);

        public static Field Read(ref Utf8JsonReader reader)
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null) return default;
            if (reader.TokenType != JsonTokenType.String)
            {
                reader.Skip();
                return new(null, isOther: true);
            }

            try
            {
                return new(reader.GetString(), isOther: false);
            }
            catch (InvalidOperationException)
            {
                return new(null, isOther: true);
            }
        }
    }
}

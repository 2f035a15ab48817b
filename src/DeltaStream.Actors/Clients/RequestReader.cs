using System.Text.Json;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Clients;

/// <summary>Reads a client's event (docs/protocol.md). Never throws, whatever the data is. If a field occurs twice the last one counts.</summary>
internal static class RequestReader
{
    // Deep nesting costs the reader one bit per level and no stack, so depth alone is not a reason to refuse.
    internal static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

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
            case "pause":
                request = new(ClientRequestKind.Pause, null);
                return null;
            case "resume":
                request = new(ClientRequestKind.Resume, null);
                return null;
            default:
                return RequestError.UnknownEvent(name);
        }
    }

    /// <summary>Reads one entry of a request with <c>rooms</c>.</summary>
    /// <param name="kind">The kind of request.</param>
    /// <param name="name">The event's name.</param>
    /// <param name="entry">A valid JSON object.</param>
    internal static RoomEntry ReadEntry(ClientRequestKind kind, string name, ReadOnlySpan<byte> entry)
    {
        ReadFields(entry, out var fields);
        return Choose(fields, out var room) is { } error ? new(room, error) : kind == ClientRequestKind.Subscribe ? ReadView(entry, room!) : new(room, null);
    }

    private static RoomEntry ReadView(ReadOnlySpan<byte> entry, Room room)
    {
        var read = entry.IsEmpty ? default : ViewReader.Read(entry, room);
        return new(room, read.Error is { } why ? RequestError.InvalidView(why) : null) { View = read.View, Have = read.Have };
    }

    private static RequestError? ReadRequest(ClientRequestKind kind, string name, ReadOnlySpan<byte> data, out ClientRequest request)
    {
        request = default;
        Fields fields;
        try
        {
            if (!ReadFields(data, out fields)) return RequestError.InvalidMessage(name);
        }
        catch (JsonException)
        {
            return RequestError.InvalidMessage(name);
        }

        if (kind == ClientRequestKind.GetExpiries) return ReadExpiries(fields.Symbol, ref request);
        if (fields.Rooms is not null) return ReadRooms(kind, name, data, fields, ref request);
        if (Choose(fields, out var room) is { } error) return error;
        var entry = kind == ClientRequestKind.Subscribe ? ReadView(data, room!) : null;
        request = new(kind, room) { Viewed = entry?.View is null ? null : entry };
        return entry?.Error is { } invalid ? invalid with { Room = room } : null;
    }

    private static RequestError? ReadExpiries(Field symbol, ref ClientRequest request)
    {
        var error = ChooseChains(symbol, out var room);
        if (error is null) request = new(ClientRequestKind.GetExpiries, room);
        return error;
    }

    private static RequestError? ReadRooms(ClientRequestKind kind, string name, ReadOnlySpan<byte> data, Fields fields, ref ClientRequest request)
    {
        if (!fields.Type.IsNull || RoomsReader.Read(kind, name, data[fields.Rooms!.Value], fields.Replaces) is not { } entries) return RequestError.InvalidRooms(name);
        request = new(kind, null) { Entries = entries };
        return null;
    }

    private static RequestError? ChooseChains(Field symbol, out Room? room)
    {
        room = null;
        if (symbol.IsMissing) return RequestError.MissingField;
        if (!Symbol.IsValid(symbol.Text)) return RequestError.InvalidSymbol(symbol.Text);
        room = Room.Chain(symbol.Text!);
        return null;
    }

    private static RequestError? Choose(Fields fields, out Room? room)
    {
        room = null;
        var (type, symbol, expiry) = (fields.Type, fields.Symbol, fields.Expiry);
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
    private static bool ReadFields(ReadOnlySpan<byte> data, out Fields fields)
    {
        fields = default;
        if (data.IsEmpty) return true;
        var reader = new Utf8JsonReader(data, AnyDepth);
        if (!reader.Read()) return false;
        if (reader.TokenType == JsonTokenType.Null) return !reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Is(ref reader, "type"u8)) fields.Type = Field.Read(ref reader);
            else if (Is(ref reader, "symbol"u8)) fields.Symbol = Field.Read(ref reader);
            else if (Is(ref reader, "expiry"u8)) fields.Expiry = Field.Read(ref reader);
            else if (Is(ref reader, "rooms"u8)) fields.Rooms = RangeOf(ref reader);
            else if (Is(ref reader, "replace"u8)) fields.Replaces = IsTrue(ref reader);
            else reader.Skip();
        }

        // Reading to the end finds errors after the object.
        return reader.TokenType == JsonTokenType.EndObject && !reader.Read();
    }

    /// <summary>The place of the value; null for <c>null</c>, which counts as absent.</summary>
    private static Range? RangeOf(ref Utf8JsonReader reader)
    {
        reader.Read();
        var (start, isNull) = ((int)reader.TokenStartIndex, reader.TokenType == JsonTokenType.Null);
        reader.Skip();
        return isNull ? null : start..(int)reader.BytesConsumed;
    }

    private static bool IsTrue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
        return reader.TokenType == JsonTokenType.True;
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

    /// <summary>The fields of a request.</summary>
    private struct Fields
    {
        public Field Type;
        public Field Symbol;
        public Field Expiry;
        public Range? Rooms;
        public bool Replaces;
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

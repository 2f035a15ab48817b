using System.Text.Json;

namespace DeltaStream.Node.Transports.Plain;

/// <summary>One message from a client of the plain WebSocket: <c>{"event": …, "data": …, "id": …}</c>.</summary>
/// <param name="Event">The event's name.</param>
/// <param name="Data">Its data, JSON as it was sent; empty where there is none.</param>
/// <param name="Id">The JSON string or number to acknowledge it with, as it was sent; null where none is asked for.</param>
internal readonly record struct PlainMessage(string Event, ReadOnlyMemory<byte> Data, ReadOnlyMemory<byte>? Id)
{
    /// <summary>The longest id, in bytes: it goes back with the acknowledgement.</summary>
    public const int MaxIdBytes = 128;

    /// <summary>Takes a text message apart. Fields of other names are ignored, of duplicate ones the last counts.</summary>
    /// <param name="json">The message.</param>
    /// <param name="message">Its parts, views of <paramref name="json"/>.</param>
    /// <returns>False where it is no such object.</returns>
    public static bool TryParse(ReadOnlyMemory<byte> json, out PlainMessage message)
    {
        message = default;
        // Most of what is no object is told without the exception that the reader's only answer is.
        if (json.Span.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..]) return false;
        try
        {
            return TryRead(json, out message);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or a name with half a surrogate pair, which is no text.
            return false;
        }
    }

    private static bool TryRead(ReadOnlyMemory<byte> json, out PlainMessage message)
    {
        message = default;
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.ValueTextEquals("event"u8) ? Field.Event
                : reader.ValueTextEquals("data"u8) ? Field.Data
                : reader.ValueTextEquals("id"u8) ? Field.Id
                : Field.Other;
            reader.Read();
            var (kind, start) = (reader.TokenType, (int)reader.TokenStartIndex);
            if (field == Field.Event)
            {
                if (kind != JsonTokenType.String) return false;
                message = message with { Event = reader.GetString()! };
            }
            reader.Skip();
            var value = json[start..(int)reader.BytesConsumed];
            if (field == Field.Data) message = message with { Data = value };
            else if (field == Field.Id && !TryTakeId(kind, value, ref message)) return false;
        }
        // Behind the object only white space may follow; anything else throws.
        reader.Read();
        return message.Event is not null;
    }

    private static bool TryTakeId(JsonTokenType kind, ReadOnlyMemory<byte> value, ref PlainMessage message)
    {
        if (kind is not (JsonTokenType.String or JsonTokenType.Number or JsonTokenType.Null) || value.Length > MaxIdBytes) return false;
        message = message with { Id = kind == JsonTokenType.Null ? default(ReadOnlyMemory<byte>?) : value };
        return true;
    }

    private enum Field { Other, Event, Data, Id }
}

using System.Text.Json;
using DeltaStream.Actors.Wire;

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
    /// <returns>False if it is not such an object.</returns>
    public static bool TryParse(ReadOnlyMemory<byte> json, out PlainMessage message)
    {
        message = default;
        // Most of what is not an object is found without the exception that the reader's only answer is.
        if (json.Span.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..]) return false;
        try
        {
            return TryRead(json, ref message);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryRead(ReadOnlyMemory<byte> json, ref PlainMessage message)
    {
        var fields = new JsonFields(json.Span);
        while (fields.Read())
        {
            if (fields.Is("event"u8))
            {
                if (fields.GetText() is not { } name) return false;
                message = message with { Event = name };
            }
            else if (fields.Is("data"u8))
            {
                message = message with { Data = json[fields.Value] };
            }
            else if (fields.Is("id"u8))
            {
                var id = json[fields.Value];
                if (fields.Type is not (JsonTokenType.String or JsonTokenType.Number or JsonTokenType.Null) || id.Length > MaxIdBytes) return false;
                message = message with { Id = fields.Type == JsonTokenType.Null ? default(ReadOnlyMemory<byte>?) : id };
            }
        }
        return message.Event is not null;
    }
}

using System.Text.Json;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Node.Transports.Plain;

/// <summary>One message from a client of the plain WebSocket: <c>{"event": …, "data": …, "id": …}</c>.</summary>
/// <param name="Event">The event's name.</param>
/// <param name="Data">The event's data as the client sent it, in JSON; empty if there is none.</param>
/// <param name="Id">The id for the acknowledgement as the client sent it: a JSON string or number; null if the client wants none.</param>
internal readonly record struct PlainMessage(string Event, ReadOnlyMemory<byte> Data, ReadOnlyMemory<byte>? Id)
{
    /// <summary>The longest id, in bytes. The limit exists because the acknowledgement repeats the id.</summary>
    public const int MaxIdBytes = 128;

    /// <summary>Parses a text message. Fields with other names are ignored; of duplicate fields the last counts.</summary>
    /// <param name="json">The message.</param>
    /// <param name="message">The message's parts, as views of <paramref name="json"/>.</param>
    /// <returns>False if the text is not such an object.</returns>
    public static bool TryParse(ReadOnlyMemory<byte> json, out PlainMessage message)
    {
        message = default;
        // This check finds most input that is not an object. The reader could report it only with an exception, which costs more.
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

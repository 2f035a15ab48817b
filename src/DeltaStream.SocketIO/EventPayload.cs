using System.Text;
using System.Text.Json;

namespace DeltaStream.SocketIO;

/// <summary>The payload of an event: a name and arguments. The arguments keep the bytes that the client sent.</summary>
/// <param name="Name">The event's name. If the client sent a number, which the protocol's libraries allow, its digits.</param>
/// <param name="Arguments">The arguments with the commas between them, ready for another payload; empty if there are none.</param>
/// <param name="FirstArgument">The first argument: one JSON value; empty if there is none.</param>
public readonly record struct EventPayload(string Name, ReadOnlyMemory<byte> Arguments, ReadOnlyMemory<byte> FirstArgument)
{
    /// <summary>The names that the protocol's libraries reserve. An event with such a name is refused.</summary>
    public static IReadOnlyList<string> ReservedNames { get; } =
        ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

    /// <summary>
    /// Splits a payload: a non-empty JSON array that begins with the event's name (Socket.IO protocol 5, "Sending and receiving
    /// data").
    /// </summary>
    /// <param name="json">The payload.</param>
    /// <param name="payload">The name and the arguments, as views of <paramref name="json"/>.</param>
    /// <returns><see cref="SocketParseError.None"/>, or the payload's error.</returns>
    public static SocketParseError TryRead(ReadOnlyMemory<byte> json, out EventPayload payload)
    {
        payload = default;
        if (json.IsEmpty || json.Span[0] != '[') return SocketParseError.MalformedPayload;
        try
        {
            return Read(json, out payload);
        }
        catch (JsonException)
        {
            return SocketParseError.MalformedPayload;
        }
    }

    private static SocketParseError Read(ReadOnlyMemory<byte> json, out EventPayload payload)
    {
        payload = default;
        var reader = JsonText.Reader(json.Span);
        reader.Read();
        reader.Read();
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number)) return SocketParseError.MalformedPayload;
        var isReserved = reader.TokenType == JsonTokenType.String && IsReserved(ref reader);
        var name = isReserved ? "" : ReadName(ref reader);

        reader.Read();
        int start = 0, firstEnd = 0;
        if (reader.TokenType != JsonTokenType.EndArray)
        {
            start = (int)reader.TokenStartIndex;
            reader.Skip();
            firstEnd = (int)reader.BytesConsumed;
        }
        while (reader.CurrentDepth > 0 || reader.TokenType != JsonTokenType.EndArray) reader.Read();
        var end = (int)reader.TokenStartIndex;
        // Only white space may follow the array; the reader throws for anything else.
        reader.Read();
        if (isReserved) return SocketParseError.ReservedEvent;
        payload = new EventPayload(name, start == 0 ? default : json[start..end], json[start..firstEnd]);
        return SocketParseError.None;
    }

    private static bool IsReserved(ref Utf8JsonReader reader)
    {
        foreach (var name in ReservedNames)
        {
            if (JsonText.Is(ref reader, name)) return true;
        }
        return false;
    }

    private static string ReadName(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number) return Encoding.UTF8.GetString(reader.ValueSpan);
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate is valid JSON but not valid text. No application handles such an event, so its raw form is good
            // enough.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }
}

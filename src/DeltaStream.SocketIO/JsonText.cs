using System.Text.Json;

namespace DeltaStream.SocketIO;

/// <summary>Checks a client's JSON in place, without making objects.</summary>
internal static class JsonText
{
    /// <summary>The deepest nesting that a client may send.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    public static Utf8JsonReader Reader(ReadOnlySpan<byte> json) => new(json, Options);

    /// <summary>Whether the bytes are one whole JSON value that begins with one of these two bytes.</summary>
    public static bool IsValid(ReadOnlySpan<byte> json, byte first, byte orFirst)
    {
        // The first byte identifies most bad input. The reader could report it only with an exception, which costs more.
        if (json.IsEmpty || (json[0] != first && json[0] != orFirst)) return false;
        try
        {
            var reader = Reader(json);
            while (reader.Read()) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Whether the reader's current string or property name equals this text.</summary>
    public static bool Is(ref Utf8JsonReader reader, string text)
    {
        try
        {
            return reader.ValueTextEquals(text);
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate is valid JSON but not valid text.
            return false;
        }
    }
}

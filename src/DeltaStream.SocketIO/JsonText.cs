using System.Text.Json;

namespace DeltaStream.SocketIO;

/// <summary>A client's JSON: looked at in place, never made into objects.</summary>
internal static class JsonText
{
    /// <summary>How deep a client may nest.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    public static Utf8JsonReader Reader(ReadOnlySpan<byte> json) => new(json, Options);

    /// <summary>Whether this is one whole JSON value that begins with one of the two bytes.</summary>
    public static bool IsValid(ReadOnlySpan<byte> json, byte first, byte orFirst)
    {
        // The first byte finds most bad input, without the exception that is the reader's only answer.
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

    /// <summary>Whether the string or property name that the reader stands on has this text.</summary>
    public static bool Is(ref Utf8JsonReader reader, string text)
    {
        try
        {
            return reader.ValueTextEquals(text);
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate: valid JSON, but not text.
            return false;
        }
    }
}

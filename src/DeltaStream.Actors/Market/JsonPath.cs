using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DeltaStream.Actors.Market;

/// <summary>Names the value at a place of a JSON text, for example <c>calls[3].iv</c>.</summary>
internal static class JsonPath
{
    /// <summary>The path of the value that begins at a place. The names in it are the producer's: escape them for logs.</summary>
    /// <param name="json">A JSON text that the gateway has read before.</param>
    /// <param name="place">The offset of a value.</param>
    public static string Of(ReadOnlySpan<byte> json, int place)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = EnrichedMessage.MaxDepth });
        var levels = new Stack<(string? Name, int Index)>();
        while (reader.Read() && reader.TokenStartIndex <= place)
        {
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                levels.Pop();
                continue;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                levels.Pop();
                levels.Push((Encoding.UTF8.GetString(reader.ValueSpan), -1));
                continue;
            }

            if (levels.TryPeek(out var level) && level.Name is null) levels.Push((null, levels.Pop().Index + 1));
            if (reader.TokenStartIndex == place) break;
            if (reader.TokenType == JsonTokenType.StartObject) levels.Push(("", -1));
            else if (reader.TokenType == JsonTokenType.StartArray) levels.Push((null, -1));
        }

        var path = new StringBuilder();
        foreach (var (name, index) in levels.Reverse())
        {
            if (name is null) path.Append(CultureInfo.InvariantCulture, $"[{index}]");
            else path.Append(path.Length == 0 ? "" : ".").Append(name);
        }

        return path.ToString();
    }
}

using System.Diagnostics;
using System.Text.Json;

namespace DeltaStream.TestSupport;

/// <summary>One event that a client received.</summary>
/// <param name="At">When it came: a timestamp of <see cref="Stopwatch"/>.</param>
public sealed record ReceivedEvent(string Name, JsonElement Data, string Text, long At)
{
    /// <summary>An event of Socket.IO, <c>42["name",data]</c>, or of <c>/ws</c>, <c>{"event":"name","data":data}</c>; null for every other text.</summary>
    public static ReceivedEvent? Parse(string text, long at)
    {
        var isPlain = text.StartsWith('{');
        if (!isPlain && !text.StartsWith("42", StringComparison.Ordinal)) return null;
        using var document = JsonDocument.Parse(isPlain ? text.AsMemory() : text.AsMemory(text.IndexOf('[')));
        var root = document.RootElement;
        var name = isPlain ? root.GetProperty("event") : root[0];
        JsonElement data = default;
        if (isPlain ? root.TryGetProperty("data", out data) : root.GetArrayLength() > 1) data = isPlain ? data : root[1];
        var json = data.ValueKind == JsonValueKind.Undefined ? "" : data.GetRawText();
        return new(name.GetString()!, json.Length == 0 ? default : data.Clone(), json, at);
    }
}

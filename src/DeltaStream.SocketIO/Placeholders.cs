using System.Text.Json;

namespace DeltaStream.SocketIO;

/// <summary>The objects <c>{"_placeholder":true,"num":n}</c> that stand for a packet's attachments.</summary>
internal static class Placeholders
{
    /// <summary>
    /// Whether each placeholder in this valid JSON refers to one of the attachments. Of duplicate fields the last counts.
    /// </summary>
    public static bool AreWithin(ReadOnlySpan<byte> json, int attachments)
    {
        Span<Candidate> open = stackalloc Candidate[JsonText.MaxDepth + 1];
        var reader = JsonText.Reader(json);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    open[reader.CurrentDepth] = default;
                    break;
                case JsonTokenType.PropertyName:
                    // The depth of a name and its value is one more than the depth of the object's braces.
                    ReadField(ref reader, ref open[reader.CurrentDepth - 1], attachments);
                    break;
                case JsonTokenType.EndObject when open[reader.CurrentDepth] is { IsMarked: true, IsWithin: false }:
                    return false;
            }
        }
        return true;
    }

    private static void ReadField(ref Utf8JsonReader reader, ref Candidate candidate, int attachments)
    {
        var isMark = JsonText.Is(ref reader, "_placeholder");
        if (!isMark && !JsonText.Is(ref reader, "num")) return;
        var next = reader;
        next.Read();
        if (isMark) candidate.IsMarked = next.TokenType == JsonTokenType.True;
        else candidate.IsWithin = next.TokenType == JsonTokenType.Number && next.TryGetInt32(out var n) && n >= 0 && n < attachments;
    }

    private struct Candidate
    {
        public bool IsMarked;
        public bool IsWithin;
    }
}

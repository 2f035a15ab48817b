using System.Buffers;
using System.Text.Json;

namespace DeltaStream.Actors.Market;

/// <summary>
/// What <c>general</c> gets of a large message: a few of its fields, each value the very bytes that were published,
/// <c>null</c> where there are none.
/// </summary>
internal static class MessageSummary
{
    /// <summary>Makes the summary of a message's bytes, as they are read back from the store.</summary>
    /// <returns>False when the bytes are not a JSON object.</returns>
    public static bool TryFrom(MessageKind kind, ReadOnlySpan<byte> json, out ReadOnlyMemory<byte> summary)
    {
        summary = default;
        try
        {
            if (!MessageFields.Read(json, kind, out var fields)) return false;
            summary = Write(kind, json, fields);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public static ReadOnlyMemory<byte> Write(MessageKind kind, ReadOnlySpan<byte> json, in MessageFields fields)
    {
        var summary = new ArrayBufferWriter<byte>(256);
        for (var i = 0; i < kind.Fields.Count; i++)
        {
            if (!kind.Fields[i].IsInSummary) continue;
            summary.Write(summary.WrittenCount == 0 ? "{\""u8 : ",\""u8);
            summary.Write(kind.Fields[i].Utf8);
            summary.Write("\":"u8);
            summary.Write(fields[i].Type == JsonTokenType.None ? "null"u8 : fields[i].In(json));
        }

        summary.Write("}"u8);
        return summary.WrittenMemory;
    }
}

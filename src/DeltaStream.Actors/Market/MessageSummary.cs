using System.Buffers;
using System.Text.Json;

namespace DeltaStream.Actors.Market;

/// <summary>
/// The summary of a large message for <c>general</c>: a few fields, each with its published bytes, or <c>null</c> if the field
/// is absent.
/// </summary>
internal static class MessageSummary
{
    /// <summary>Makes the summary from message bytes that were read back from the store.</summary>
    /// <returns>False if the bytes are not a JSON object.</returns>
    public static bool TryFrom(MessageKind kind, ReadOnlySpan<byte> json, out ReadOnlyMemory<byte> summary)
    {
        var isObject = MessageFields.TryRead(json, kind, out var fields);
        summary = isObject ? Write(kind, json, fields) : default;
        return isObject;
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

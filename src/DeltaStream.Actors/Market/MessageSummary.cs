using System.Text.Json;

namespace DeltaStream.Actors.Market;

/// <summary>
/// The summary of a large message for <c>general</c>: a few fields, each with its published bytes, or <c>null</c> if the field
/// is absent, then further members as published.
/// </summary>
internal static class MessageSummary
{
    /// <summary>Makes the summary from message bytes that were read back from the store.</summary>
    /// <returns>False if the bytes are not a JSON object.</returns>
    public static bool TryFrom(MessageKind kind, ReadOnlySpan<byte> json, out ReadOnlyMemory<byte> summary)
    {
        var isObject = MessageFields.TryRead(json, kind, out var fields, isToSummarise: true);
        summary = isObject ? Write(kind, json, fields) : default;
        return isObject;
    }

    public static ReadOnlyMemory<byte> Write(MessageKind kind, ReadOnlySpan<byte> json, in MessageFields fields)
    {
        // The first pass measures, the second writes, so the only allocation is the summary.
        var summary = GC.AllocateUninitializedArray<byte>(Write(kind, json, fields, default));
        Write(kind, json, fields, summary);
        return summary;
    }

    private static int Write(MessageKind kind, ReadOnlySpan<byte> json, in MessageFields fields, Span<byte> summary)
    {
        var length = 0;
        for (var i = 0; i < kind.Fields.Count; i++)
        {
            if (!kind.Fields[i].IsInSummary) continue;
            Put(length == 0 ? "{\""u8 : ",\""u8, summary, ref length);
            Put(kind.Fields[i].Utf8, summary, ref length);
            Put("\":"u8, summary, ref length);
            Put(fields[i].Type == JsonTokenType.None ? "null"u8 : fields[i].In(json), summary, ref length);
        }

        foreach (var member in fields.Further)
        {
            Put(","u8, summary, ref length);
            Put(json[member.Name], summary, ref length);
            Put(":"u8, summary, ref length);
            Put(json[member.Value], summary, ref length);
        }

        Put("}"u8, summary, ref length);
        return length;
    }

    private static void Put(ReadOnlySpan<byte> text, Span<byte> summary, ref int length)
    {
        if (!summary.IsEmpty) text.CopyTo(summary[length..]);
        length += text.Length;
    }
}

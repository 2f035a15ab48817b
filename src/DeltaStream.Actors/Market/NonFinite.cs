namespace DeltaStream.Actors.Market;

/// <summary>Finds <c>NaN</c> and <c>Infinity</c>, which Python writes, in text that is otherwise JSON.</summary>
internal static class NonFinite
{
    /// <summary>True if NaN or Infinity is the only thing wrong with the JSON.</summary>
    public static bool IsAllThatIsWrong(ReadOnlySpan<byte> text)
    {
        var copy = text.ToArray();
        return Replace(copy) && MessageFields.TryRead(copy, MessageKind.Underlying, out _);
    }

    private static bool Replace(Span<byte> text)
    {
        var any = false;
        var inString = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"') inString = !inString;
            else if (inString && text[i] == '\\') i++;
            else if (!inString && Length(text[i..]) is var length and > 0)
            {
                any = true;
                text.Slice(i, length).Fill((byte)' ');
                text[i] = (byte)'0';
                i += length - 1;
            }
        }

        return any;
    }

    private static int Length(ReadOnlySpan<byte> text) =>
        text.StartsWith("NaN"u8) ? 3 : text.StartsWith("Infinity"u8) ? 8 : 0;
}

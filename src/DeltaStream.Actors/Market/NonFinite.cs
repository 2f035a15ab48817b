namespace DeltaStream.Actors.Market;

/// <summary>What a bridge does with a message that has <c>NaN</c>, <c>Infinity</c> or <c>-Infinity</c> where JSON has a value.</summary>
public enum NonFiniteRule : byte
{
    /// <summary>Writes <c>null</c> in their place and changes nothing else.</summary>
    Null = 0,

    /// <summary>Skips the message.</summary>
    Skip,
}

/// <summary>
/// Finds <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>, which Python writes and no browser reads. Whether they stand where a
/// value may stand shows when the repaired text is read.
/// </summary>
internal static class NonFinite
{
    private static ReadOnlySpan<byte> Replacement => "null"u8;

    /// <summary>The text with <c>null</c> in place of each token; null if it has none.</summary>
    /// <param name="text">The published text.</param>
    /// <param name="first">The place of the first token, the same in both texts.</param>
    public static byte[]? Repair(ReadOnlySpan<byte> text, out int first)
    {
        var size = text.Length;
        first = -1;
        for (var token = Next(text, 0); token.End > 0; token = Next(text, token.End))
        {
            if (first < 0) first = token.Start;
            size += Replacement.Length - (token.End - token.Start);
        }

        if (first < 0) return null;
        var repaired = new byte[size];
        var (read, written) = (0, 0);
        for (var token = Next(text, 0); token.End > 0; token = Next(text, token.End))
        {
            text[read..token.Start].CopyTo(repaired.AsSpan(written));
            written += token.Start - read;
            Replacement.CopyTo(repaired.AsSpan(written));
            (read, written) = (token.End, written + Replacement.Length);
        }

        text[read..].CopyTo(repaired.AsSpan(written));
        return repaired;
    }

    /// <summary>The place in the published text of a place in the repaired text.</summary>
    public static int PublishedPlace(ReadOnlySpan<byte> text, int repairedPlace)
    {
        var shift = 0;
        for (var token = Next(text, 0); token.End > 0 && token.Start - shift < repairedPlace; token = Next(text, token.End))
            shift += token.End - token.Start - Replacement.Length;
        return repairedPlace + shift;
    }

    /// <summary>The next token outside strings; an end of 0 if there is none.</summary>
    private static (int Start, int End) Next(ReadOnlySpan<byte> text, int from)
    {
        for (var i = from; i < text.Length; i++)
        {
            var step = text[i..].IndexOfAny((byte)'"', (byte)'N', (byte)'I');
            if (step < 0) break;
            i += step;
            if (text[i] == '"')
            {
                i = EndOfString(text, i + 1);
                continue;
            }

            var length = text[i..].StartsWith("NaN"u8) ? 3 : text[i..].StartsWith("Infinity"u8) ? 8 : 0;
            if (length > 0) return (length == 8 && i > from && text[i - 1] == '-' ? i - 1 : i, i + length);
        }

        return default;
    }

    private static int EndOfString(ReadOnlySpan<byte> text, int i)
    {
        while (i < text.Length)
        {
            var step = text[i..].IndexOfAny((byte)'"', (byte)'\\');
            if (step < 0) return text.Length;
            i += step;
            if (text[i] == '"') return i;
            i += 2;
        }

        return i;
    }
}

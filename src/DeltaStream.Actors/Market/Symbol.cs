using System.Buffers;
using System.Text;

namespace DeltaStream.Actors.Market;

/// <summary>
/// Checks symbols: 1 to 64 letters and digits of any script, signs of <see cref="Signs"/> and inner single spaces, in normal
/// form C. A symbol does not end like <c>:2026-11-26</c>, so an expiry at the end of a room's name is always one.
/// </summary>
public static class Symbol
{
    /// <summary>The longest symbol, in code points.</summary>
    public const int MaxCodePoints = 64;

    /// <summary>The longest symbol, in bytes of UTF-8.</summary>
    public const int MaxBytes = 192;

    /// <summary>The longest symbol, in UTF-16 units.</summary>
    public const int MaxLength = 2 * MaxCodePoints;

    /// <summary>What a symbol may have beside letters, digits and spaces.</summary>
    public const string Signs = "._-&/:^=|+#@$%()'!~";

    private static readonly SearchValues<char> Ascii =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 " + Signs);

    public static bool IsValid(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MaxLength && text[0] != ' ' && text[^1] != ' ' && text.IndexOf("  ") < 0 && !Expiry.EndsLikeOne(text)
        && (text.ContainsAnyExcept(Ascii) ? IsOfAnyScript(text) : text.Length <= MaxCodePoints);

    private static bool IsOfAnyScript(ReadOnlySpan<char> text)
    {
        var (codePoints, bytes, previous) = (0, 0, default(Rune));
        foreach (var rune in text.EnumerateRunes())
        {
            // Half a surrogate pair is enumerated as U+FFFD, which is neither a letter nor a digit.
            if (rune.IsAscii ? !Ascii.Contains((char)rune.Value) : !Rune.IsLetterOrDigit(rune) || !NormalForm.IsC(previous, rune)) return false;
            (codePoints, bytes, previous) = (codePoints + 1, bytes + rune.Utf8SequenceLength, rune);
        }

        return codePoints <= MaxCodePoints && bytes <= MaxBytes;
    }
}

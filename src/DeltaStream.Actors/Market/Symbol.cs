using System.Buffers;

namespace DeltaStream.Actors.Market;

/// <summary>Checks symbols: 1 to 32 ASCII letters, digits, <c>. _ - &amp; /</c> and inner spaces.</summary>
public static class Symbol
{
    /// <summary>The longest symbol, in characters.</summary>
    public const int MaxLength = 32;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-&/ ");

    public static bool IsValid(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MaxLength && text[0] != ' ' && text[^1] != ' ' && !text.ContainsAnyExcept(Allowed);
}

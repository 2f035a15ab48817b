using System.Globalization;

namespace DeltaStream.Actors.Market;

/// <summary>What an expiry may be: a real date as <c>YYYY-MM-DD</c>.</summary>
public static class Expiry
{
    /// <summary>Whether the text is a valid expiry.</summary>
    public static bool IsValid(ReadOnlySpan<char> text) =>
        text.Length == 10 && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
}

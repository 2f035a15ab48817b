using System.Globalization;

namespace DeltaStream.Actors.Market;

/// <summary>Checks expiries: a valid expiry is a real date as <c>YYYY-MM-DD</c>.</summary>
public static class Expiry
{
    public static bool IsValid(ReadOnlySpan<char> text) =>
        text.Length == 10 && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
}

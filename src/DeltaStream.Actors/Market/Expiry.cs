using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace DeltaStream.Actors.Market;

/// <summary>
/// Reads expiries. Rooms and keys use a real date as <c>YYYY-MM-DD</c>; producers and clients also write
/// <c>2026-11-26T00:00:00…</c>, <c>26-Nov-2026</c> and <c>26NOV2026</c>.
/// </summary>
public static class Expiry
{
    private const int Length = 10;
    private const string Months = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";

    /// <summary>True for the form of rooms and keys.</summary>
    public static bool IsValid(ReadOnlySpan<char> text) =>
        text.Length == Length && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>Reads an expiry in any form that is taken.</summary>
    /// <param name="text">The text.</param>
    /// <param name="expiry">The expiry in the form of rooms and keys.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out string? expiry)
    {
        expiry = null;
        if (text.Length >= Length && text[4] == '-')
        {
            // Only midnight: any other time of day could mean another date in the producer's zone.
            if (text.Length > Length && !(text[(Length + 1)..].StartsWith("00:00:00") && IsoTimestamp.TryParse(text, out _))) return false;
            text = text[..Length];
            if (IsValid(text)) expiry = text.ToString();
        }
        else if (TryNamedMonth(text, out var date))
        {
            expiry = date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }

        return expiry is not null;
    }

    /// <summary>True if a text ends like a colon and an expiry, even if that is not a real date.</summary>
    internal static bool EndsLikeOne(ReadOnlySpan<char> text)
    {
        if (text.Length <= Length || text[^(Length + 1)] != ':') return false;
        var end = text[^Length..];
        for (var i = 0; i < Length; i++)
        {
            if (i is 4 or 7 ? end[i] != '-' : !char.IsAsciiDigit(end[i])) return false;
        }

        return true;
    }

    /// <summary>Separates a symbol from the expiry that may follow it after a colon. Neither is checked.</summary>
    public static (string Symbol, string? Expiry) Split(string text) =>
        EndsLikeOne(text) ? (text[..^(Length + 1)], text[^Length..]) : (text, null);

    /// <summary>Reads <c>26-Nov-2026</c> and <c>26NOV2026</c>, in any case, the day with one digit or two.</summary>
    private static bool TryNamedMonth(ReadOnlySpan<char> text, out DateOnly date)
    {
        date = default;
        var digits = text.Length > 1 && char.IsAsciiDigit(text[1]) ? 2 : 1;
        if (text.Length < digits || !int.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var day)) return false;
        text = text[digits..];
        var dash = text.Length == 9 && text[0] == '-' && text[4] == '-' ? 1 : 0;
        if (text.Length != 7 + 2 * dash || !int.TryParse(text[^4..], NumberStyles.None, CultureInfo.InvariantCulture, out var year) || year == 0) return false;
        var month = Months.AsSpan().IndexOf(text.Slice(dash, 3), StringComparison.OrdinalIgnoreCase);
        if (month % 3 != 0 || day < 1 || day > DateTime.DaysInMonth(year, month / 3 + 1)) return false;
        date = new DateOnly(year, month / 3 + 1, day);
        return true;
    }
}

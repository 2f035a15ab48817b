namespace DeltaStream.Actors.Market;

/// <summary>
/// Parses an ISO 8601 time into a number, for comparison. A time without a zone counts as UTC: the platform writes local times
/// without a zone, and the gateway compares them only with each other.
/// </summary>
internal static class IsoTimestamp
{
    /// <summary>Parses <c>YYYY-MM-DD[(T| )hh:mm[:ss[.fraction]][Z|±hh[:]mm]]</c>.</summary>
    /// <param name="microseconds">Microseconds since the Unix epoch; finer fractions are truncated.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out long microseconds)
    {
        microseconds = 0;
        if (text.Length < 10 || text[4] != '-' || text[7] != '-'
            || !Digits(text[..4], out var year) || !Digits(text[5..7], out var month) || !Digits(text[8..10], out var day)
            || year == 0 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;

        var ticks = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Ticks - DateTime.UnixEpoch.Ticks;
        microseconds = ticks / TimeSpan.TicksPerMicrosecond;
        return text.Length == 10 || (text[10] is 'T' or 't' or ' ' && TryTimeOfDay(text[11..], ref microseconds));
    }

    private static bool TryTimeOfDay(ReadOnlySpan<char> text, ref long microseconds)
    {
        if (text.Length < 5 || text[2] != ':' || !Digits(text[..2], out var hour) || !Digits(text[3..5], out var minute)
            || hour > 23 || minute > 59) return false;
        long inDay = (hour * 60 + minute) * 60_000_000L;
        text = text[5..];
        if (text.Length > 0 && text[0] == ':')
        {
            // 60 is a leap second.
            if (text.Length < 3 || !Digits(text[1..3], out var second) || second > 60) return false;
            inDay += second * 1_000_000L;
            text = text[3..];
            if (text.Length > 0 && text[0] is '.' or ',' && !TryFraction(ref text, ref inDay)) return false;
        }

        if (!TryOffset(text, out var offset)) return false;
        microseconds += inDay - offset;
        return true;
    }

    private static bool TryFraction(ref ReadOnlySpan<char> text, ref long microseconds)
    {
        var end = 1;
        long unit = 100_000;
        for (; end < text.Length && char.IsAsciiDigit(text[end]); end++, unit /= 10) microseconds += (text[end] - '0') * unit;
        text = text[end..];
        return end > 1;
    }

    private static bool TryOffset(ReadOnlySpan<char> text, out long microseconds)
    {
        microseconds = 0;
        if (text.Length == 0 || text is "Z" or "z") return true;
        if (text[0] is not ('+' or '-')) return false;
        var minutes = 0;
        var valid = text.Length switch
        {
            3 => true,
            5 => Digits(text[3..], out minutes),
            6 => text[3] == ':' && Digits(text[4..], out minutes),
            _ => false,
        };
        if (!valid || !Digits(text[1..3], out var hours) || hours > 23 || minutes > 59) return false;
        microseconds = (hours * 60 + minutes) * 60_000_000L * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool Digits(ReadOnlySpan<char> text, out int number)
    {
        number = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c)) return false;
            number = number * 10 + (c - '0');
        }

        return true;
    }
}

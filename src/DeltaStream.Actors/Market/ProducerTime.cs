using System.Globalization;

namespace DeltaStream.Actors.Market;

/// <summary>
/// Reads a producer's time: ISO 8601, or seconds, milliseconds, microseconds or nanoseconds since 1970. The unit shows in the
/// size: each is read so from 1973 to 5138.
/// </summary>
internal static class ProducerTime
{
    /// <summary>Reads a time.</summary>
    /// <param name="text">The text of a number or of a string.</param>
    /// <param name="microseconds">Microseconds since the Unix epoch.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out long microseconds) =>
        IsoTimestamp.TryParse(text, out microseconds)
        || (decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
            && TrySinceEpoch(number, out microseconds));

    private static bool TrySinceEpoch(decimal number, out long microseconds)
    {
        microseconds = (long)(number switch
        {
            <= 0 => 0,
            < 1e11m => number * 1_000_000,
            < 1e14m => number * 1_000,
            < 1e17m => number,
            < 1e20m => number / 1_000,
            _ => 0,
        });
        return microseconds > 0;
    }
}

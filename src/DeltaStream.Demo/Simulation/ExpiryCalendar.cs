namespace DeltaStream.Demo.Simulation;

/// <summary>The expiries of options: the exchange's weekly Thursdays and the last Thursday of a month.</summary>
internal static class ExpiryCalendar
{
    // The seed's nearest expiry was three days away. Its volatilities would look absurd on the last afternoon.
    private const int NearestDays = 2;

    private static readonly TimeSpan CloseUtc = new(10, 0, 0);

    /// <summary>The next weekly expiry at least two days away, the one after it, and the month end that follows those.</summary>
    public static IReadOnlyList<DateOnly> From(DateOnly today)
    {
        var near = ThursdayFrom(today.AddDays(NearestDays));
        var next = near.AddDays(7);
        var month = LastThursday(next.Year, next.Month);
        if (month <= next)
            month = LastThursday(next.AddMonths(1).Year, next.AddMonths(1).Month);
        return [near, next, month];
    }

    /// <summary>The time to the close of trading on the day of expiry, in years of 365 days.</summary>
    public static double YearsBetween(DateTimeOffset now, DateOnly expiry) =>
        (new DateTimeOffset(expiry.ToDateTime(TimeOnly.FromTimeSpan(CloseUtc)), TimeSpan.Zero) - now).TotalDays / 365;

    private static DateOnly ThursdayFrom(DateOnly day) => day.AddDays(((int)DayOfWeek.Thursday - (int)day.DayOfWeek + 7) % 7);

    private static DateOnly LastThursday(int year, int month) => ThursdayFrom(new DateOnly(year, month, DateTime.DaysInMonth(year, month)).AddDays(-6));
}

using DeltaStream.Demo.Simulation;

namespace DeltaStream.Demo.Tests.Simulation;

/// <summary>Expiries are Thursdays that lie ahead, nearest first.</summary>
public class ExpiryCalendarSpecs
{
    [Theory]
    [InlineData("2026-11-24", "2026-11-26", "2026-12-03", "2026-12-31")]
    [InlineData("2026-11-25", "2026-12-03", "2026-12-10", "2026-12-31")]
    [InlineData("2026-12-16", "2026-12-24", "2026-12-31", "2027-01-28")]
    [InlineData("2028-02-20", "2028-02-24", "2028-03-02", "2028-03-30")]
    public void The_next_two_weeklies_and_the_month_end_after_them(string today, params string[] expected) =>
        Assert.Equal(expected, ExpiryCalendar.From(DateOnly.Parse(today)).Select(expiry => expiry.ToString("yyyy-MM-dd")));

    [Fact]
    public void Every_day_has_three_Thursdays_ahead_in_order()
    {
        for (var day = new DateOnly(2026, 1, 1); day.Year < 2029; day = day.AddDays(1))
        {
            var expiries = ExpiryCalendar.From(day);
            Assert.All(expiries, expiry => Assert.Equal(DayOfWeek.Thursday, expiry.DayOfWeek));
            Assert.True(day.AddDays(2) <= expiries[0] && expiries[0] < expiries[1] && expiries[1] < expiries[2], $"{day}");
        }
    }
}

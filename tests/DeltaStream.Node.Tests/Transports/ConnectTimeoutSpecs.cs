using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Transports;

public sealed class ConnectTimeoutSpecs : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Deadlines _deadlines;
    private readonly ConnectTimeout _timeout;
    private int _expired;

    public ConnectTimeoutSpecs()
    {
        _deadlines = new Deadlines(_time, TimeSpan.FromMilliseconds(10));
        _timeout = new ConnectTimeout(_deadlines, TimeSpan.FromSeconds(10), () => _expired++, () => { });
    }

    public void Dispose() => _deadlines.Dispose();

    // Seconds that pass while it runs and while it is paused, in turn; whether it has expired then.
    [Theory]
    [InlineData(new[] { 9.9 }, 0)]
    [InlineData(new[] { 10.1 }, 1)]
    [InlineData(new[] { 60.0 }, 1)]
    [InlineData(new[] { 9.0, 100.0, 0.9 }, 0)]
    [InlineData(new[] { 9.0, 100.0, 1.1 }, 1)]
    [InlineData(new[] { 6.0, 30.0, 1.9, 30.0, 1.9 }, 0)]
    [InlineData(new[] { 6.0, 30.0, 1.9, 30.0, 2.3 }, 1)]
    [InlineData(new[] { 9.9, 100.0 }, 0)]
    public void Time_in_which_the_timeout_is_paused_does_not_count(double[] seconds, int expired)
    {
        for (var i = 0; i < seconds.Length; i++)
        {
            if (i % 2 == 0) _timeout.Run();
            else _timeout.Pause();
            for (var left = seconds[i]; left > 0; left -= 0.01) _time.Advance(TimeSpan.FromMilliseconds(10));
        }
        Assert.Equal(expired, _expired);
    }

    [Fact]
    public void A_timer_that_was_about_to_fire_when_it_was_paused_expires_nothing()
    {
        _timeout.Run();
        _timeout.Pause();
        _timeout.OnDue();
        Assert.Equal(0, _expired);
    }
}

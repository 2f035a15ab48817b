using DeltaStream.Actors.Clients;
using DeltaStream.Node.Timing;
using DeltaStream.Node.Transports.Connections;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Transports;

public sealed class HeartbeatSpecs : IPinged, IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Deadlines _deadlines;
    private int _pings;
    private double? _closedAfter;

    public HeartbeatSpecs() => _deadlines = new Deadlines(_time, TimeSpan.FromMilliseconds(10));

    private readonly ConnectionEnd _end = new();

    public void Dispose() => _deadlines.Dispose();

    // interval, timeout; when the client answers; when it was pinged; when it is closed
    public static TheoryData<double, double, double[], int, double> Lives => new()
    {
        { 25, 20, [], 1, 45 },
        { 25, 20, [25.1], 2, 70.1 },
        { 25, 20, [44.9], 2, 89.9 },
        { 25, 20, [25.1, 50.2, 75.3], 4, 120.3 },
        // Unasked for, as from a client of the plain WebSocket that says something.
        { 25, 20, [10, 20, 30], 1, 75 },
        // The timeout is longer than the interval: the next ping is due before the deadline of the last one.
        { 10, 30, [10.5], 2, 50.5 },
    };

    [Theory]
    [MemberData(nameof(Lives))]
    public void A_client_is_pinged_after_the_interval_and_closed_after_the_timeout(double interval, double timeout, double[] pongs, int pings, double closedAfter)
    {
        var settings = new TransportSettings { PingInterval = TimeSpan.FromSeconds(interval), PingTimeout = TimeSpan.FromSeconds(timeout) };
        var heartbeat = new Heartbeat(this, _deadlines, settings);
        heartbeat.Start();
        foreach (var pong in pongs)
        {
            AdvanceTo(pong);
            heartbeat.OnPong();
        }
        AdvanceTo(200);
        Assert.Equal(pings, _pings);
        Assert.Equal(closedAfter, _closedAfter!.Value, 0.011);
    }

    [Fact]
    public void A_request_after_the_deadline_finds_the_session_over_before_the_timer_fires()
    {
        var heartbeat = new Heartbeat(this, new Deadlines(_time, TimeSpan.FromHours(1)), new TransportSettings());
        heartbeat.Start();
        _time.Advance(TimeSpan.FromSeconds(44.999));
        Assert.False(heartbeat.IsOver);
        _time.Advance(TimeSpan.FromMilliseconds(21));
        Assert.True(heartbeat.IsOver);
    }

    [Fact]
    public void A_connection_that_is_over_is_not_pinged()
    {
        new Heartbeat(this, _deadlines, new TransportSettings()).Start();
        _end.TryEnd(CloseReason.ClientClosed);
        AdvanceTo(100);
        Assert.Equal((0, null), (_pings, _closedAfter));
    }

    ConnectionEnd IPinged.End => _end;

    void IPinged.Ping() => _pings++;

    void IPinged.Close(CloseReason reason)
    {
        Assert.Equal(CloseReason.PingTimeout, reason);
        _closedAfter ??= _deadlines.Now.TotalSeconds;
        _end.TryEnd(reason);
    }

    private void AdvanceTo(double seconds)
    {
        while (_deadlines.Now < TimeSpan.FromSeconds(seconds)) _time.Advance(TimeSpan.FromMilliseconds(10));
    }
}

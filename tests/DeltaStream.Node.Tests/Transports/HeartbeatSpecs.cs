using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Tests.Transports;

public class HeartbeatSpecs
{
    private static readonly TransportSettings Settings = new();
    private static readonly TimeSpan Opened = TimeSpan.FromSeconds(100);

    private readonly Heartbeat _heartbeat = new(Settings, Opened);

    [Fact]
    public void A_client_is_pinged_once_when_the_interval_is_over()
    {
        Assert.False(_heartbeat.TakePing(After(24.999)));
        Assert.True(_heartbeat.TakePing(After(25)));
        Assert.False(_heartbeat.TakePing(After(26)));
    }

    [Theory]
    [InlineData(44.999, false)]
    [InlineData(45.0, true)]
    [InlineData(45.020, true)]
    public void The_deadline_is_opening_plus_interval_plus_timeout(double seconds, bool isOver) =>
        Assert.Equal(isOver, _heartbeat.IsOver(After(seconds)));

    [Fact]
    public void The_deadline_does_not_depend_on_when_the_ping_was_sent()
    {
        _heartbeat.TakePing(After(40));

        Assert.True(_heartbeat.IsOver(After(45)));
    }

    [Fact]
    public void A_pong_moves_ping_and_deadline()
    {
        _heartbeat.TakePing(After(25));
        _heartbeat.OnPong(After(30));

        Assert.False(_heartbeat.TakePing(After(54.999)));
        Assert.False(_heartbeat.IsOver(After(74.999)));
        Assert.True(_heartbeat.IsOver(After(75)));
    }

    [Fact]
    public void It_is_due_at_the_ping_and_then_at_the_deadline()
    {
        Assert.Equal(After(25), _heartbeat.NextDue);
        _heartbeat.TakePing(After(25));
        Assert.Equal(After(45), _heartbeat.NextDue);
        _heartbeat.OnPong(After(26));
        Assert.Equal(After(51), _heartbeat.NextDue);
    }

    private static TimeSpan After(double seconds) => Opened + TimeSpan.FromSeconds(seconds);
}

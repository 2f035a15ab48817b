using DeltaStream.Actors.Market;
using DeltaStream.Node.Redis;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Redis;

/// <summary>In virtual time: when is a silence a deaf connection?</summary>
public sealed class EchoWatchSpecs
{
    private readonly FakeTimeProvider _time = new();
    private readonly EchoWatch _watch = new(TimeSpan.FromSeconds(5));

    [Fact]
    public void While_echoes_come_back_the_connection_is_not_deaf()
    {
        for (var i = 0; i < 100; i++)
        {
            var echo = _watch.Send(_time.Elapsed());
            _time.Advance(TimeSpan.FromSeconds(1));
            _watch.Hear(echo, _time.Elapsed());
            Assert.False(_watch.IsDeaf(_time.Elapsed()));
        }
    }

    [Fact]
    public void A_silent_connection_is_deaf_only_after_the_timeout()
    {
        Send(seconds: 5);
        Assert.False(_watch.IsDeaf(_time.Elapsed()));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(_watch.IsDeaf(_time.Elapsed()));
    }

    [Fact]
    public void A_late_echo_starts_the_wait_again()
    {
        Send(seconds: 4);
        _watch.Hear(1, _time.Elapsed());
        Send(seconds: 4);
        Assert.False(_watch.IsDeaf(_time.Elapsed()));
        Send(seconds: 2);
        Assert.True(_watch.IsDeaf(_time.Elapsed()));
    }

    [Fact]
    public void The_time_in_which_the_process_slept_does_not_count_as_silence()
    {
        _watch.Send(_time.Elapsed());
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.False(_watch.IsDeaf(_time.Elapsed()));
    }

    [Fact]
    public void Before_the_first_echo_is_sent_the_connection_is_not_deaf()
    {
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.False(_watch.IsDeaf(_time.Elapsed()));
    }

    [Fact]
    public void An_echo_that_was_never_sent_changes_nothing()
    {
        Send(seconds: 6);
        _watch.Hear(99, _time.Elapsed());
        Assert.True(_watch.IsDeaf(_time.Elapsed()));
    }

    private void Send(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            _watch.Send(_time.Elapsed());
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}

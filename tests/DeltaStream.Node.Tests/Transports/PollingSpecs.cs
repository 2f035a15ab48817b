using DeltaStream.Actors.Clients;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Transports;

public sealed class PollingSpecs : IDisposable
{
    private readonly EngineFixture _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_waiting_poll_is_answered_by_the_first_write()
    {
        var poll = _engine.PollAsync();
        Assert.False(poll.IsCompleted);

        Assert.False(_engine.Link.Write([EngineFixture.Message("a"), EngineFixture.Message("b")]));
        Assert.Equal("4a|4b", await poll);
    }

    [Fact]
    public void The_application_is_told_that_it_may_write_when_a_poll_waits()
    {
        Assert.Equal(0, _engine.Readies);
        _ = _engine.PollAsync();

        Assert.Equal(1, _engine.Readies);
    }

    [Fact]
    public async Task The_answers_to_one_post_leave_in_one_poll_in_order()
    {
        _engine.OnMessage = text =>
        {
            _engine.Link.Write([EngineFixture.Message(text)]);
            return default;
        };
        var poll = _engine.PollAsync();

        Assert.Equal("ok", await _engine.PostAsync("4a\u001e4b\u001e4c"));
        Assert.Equal("4a|4b|4c", await poll);
    }

    [Fact]
    public async Task A_poll_takes_the_applications_next_write_together_with_the_waiting_packets()
    {
        _engine.Link.WriteControl(EngineFixture.Message("reply"));
        _engine.OnReady = () => _engine.Link.Write([EngineFixture.Message("event")]);

        Assert.Equal("4reply|4event", await _engine.PollAsync());
    }

    [Fact]
    public async Task A_poll_holds_at_most_16_packets()
    {
        for (var i = 0; i < 20; i++) _engine.Link.WriteControl(EngineFixture.Message($"{i}"));

        Assert.Equal(16, (await _engine.PollAsync()).Split('|').Length);
        Assert.Equal("416|417|418|419", await _engine.PollAsync());
    }

    [Fact]
    public async Task A_full_answer_leaves_while_its_post_still_waits_for_room()
    {
        var room = new TaskCompletionSource();
        _engine.OnMessage = async _ =>
        {
            for (var i = 0; i < 16; i++) _engine.Link.WriteControl(EngineFixture.Message("x"));
            await room.Task;
        };
        var poll = _engine.PollAsync();
        var post = _engine.PostAsync("4a");

        Assert.Equal(16, (await poll).Split('|').Length);
        Assert.False(post.IsCompleted);
        room.SetResult();
        Assert.Equal("ok", await post);
    }

    [Fact]
    public async Task A_client_that_never_polls_and_asks_for_replies_is_closed()
    {
        for (var i = 0; i < 300; i++) _engine.Link.WriteControl(EngineFixture.Message("x"));

        Assert.Equal(CloseReason.SlowConsumer, _engine.ClosedWith);
        Assert.EndsWith("1", await _engine.PollAsync());
    }

    [Fact]
    public async Task Binary_messages_come_as_base64()
    {
        Assert.Equal("ok", await _engine.PostAsync("bAQID\u001e4a"));

        Assert.Equal(["binary \u0001\u0002\u0003", "a"], _engine.Received);
    }

    [Fact]
    public async Task A_malformed_packet_closes_the_session()
    {
        Assert.Equal("refused 3", await _engine.PostAsync("4a\u001eabc"));

        Assert.Equal(CloseReason.ProtocolError, _engine.ClosedWith);
        Assert.Equal("refused 1", await _engine.PollAsync());
    }

    [Fact]
    public async Task Of_two_polls_at_once_the_first_is_closed_and_the_second_refused()
    {
        var first = _engine.PollAsync();

        Assert.Equal("refused 3", await _engine.PollAsync());
        Assert.Equal("1", await first);
        Assert.Equal(CloseReason.ProtocolError, _engine.ClosedWith);
    }

    [Fact]
    public async Task Two_posts_at_once_close_the_session()
    {
        var slow = new TaskCompletionSource();
        _engine.OnMessage = _ => new ValueTask(slow.Task);
        _ = _engine.PostAsync("4a");

        Assert.Equal("refused 3", await _engine.PostAsync("4a"));
        Assert.Equal(CloseReason.ProtocolError, _engine.ClosedWith);
    }

    [Fact]
    public async Task A_poll_that_its_client_aborts_closes_the_session()
    {
        using var client = new CancellationTokenSource();
        _ = _engine.PollAsync(client.Token);
        await client.CancelAsync();

        Assert.Equal(CloseReason.TransportError, _engine.ClosedWith);
        Assert.False(_engine.IsKnown);
    }

    [Fact]
    public async Task A_close_packet_ends_the_waiting_poll_with_a_noop()
    {
        var poll = _engine.PollAsync();

        Assert.Equal("ok", await _engine.PostAsync("1"));
        Assert.Equal("6", await poll);
        Assert.Equal("refused 1", await _engine.PollAsync());
    }

    [Fact]
    public async Task A_close_packet_leaves_one_noop_for_the_poll_that_still_comes()
    {
        await _engine.PostAsync("1");

        Assert.Equal("6", await _engine.PollAsync());
        Assert.Equal("refused 1", await _engine.PollAsync());
    }

    [Fact]
    public async Task Packets_for_a_late_poll_are_not_kept_for_long()
    {
        await _engine.PostAsync("1");
        Assert.True(_engine.IsKnown);

        _engine.Advance(3.1);
        Assert.False(_engine.IsKnown);
        Assert.Equal(0, _engine.Admission.Inside);
    }

    [Fact]
    public async Task A_server_error_closes_the_session_after_the_waiting_packets()
    {
        _engine.Link.WriteControl(EngineFixture.Message("last words"));
        _engine.Link.Close(CloseReason.ServerError);

        Assert.Equal("4last words|1", await _engine.PollAsync());
        Assert.Equal("refused 1", await _engine.PollAsync());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("5")]
    [InlineData("6")]
    public async Task Packets_that_mean_nothing_from_a_client_do_no_harm(string packet)
    {
        Assert.Equal("ok", await _engine.PostAsync(packet));

        Assert.Null(_engine.ClosedWith);
    }

    [Fact]
    public async Task A_ping_from_the_client_closes_the_session()
    {
        await _engine.PostAsync("2");

        Assert.Equal(CloseReason.ProtocolError, _engine.ClosedWith);
    }

    [Fact]
    public async Task An_idle_poll_returns_exactly_a_ping()
    {
        var poll = _engine.PollAsync();
        _engine.Advance(24.9);
        Assert.False(poll.IsCompleted);

        _engine.Advance(0.1);
        Assert.Equal("2", await poll);
    }

    [Fact]
    public async Task A_pong_keeps_the_session_and_silence_ends_it()
    {
        _engine.Advance(25);
        Assert.Equal("2", await _engine.PollAsync());
        Assert.Equal("ok", await _engine.PostAsync("3"));
        _engine.Advance(44);
        Assert.Null(_engine.ClosedWith);

        _engine.Advance(1);
        Assert.Equal(CloseReason.PingTimeout, _engine.ClosedWith);
        Assert.Equal("refused 1", await _engine.PollAsync());
    }

    [Fact]
    public async Task Messages_without_a_pong_do_not_prolong_the_deadline()
    {
        for (var i = 0; i < 9; i++)
        {
            _engine.Advance(4.9);
            await _engine.PostAsync("4a");
        }
        Assert.Null(_engine.ClosedWith);

        _engine.Advance(0.9);
        Assert.Equal(CloseReason.PingTimeout, _engine.ClosedWith);
    }

    [Fact]
    public async Task A_session_that_ends_gives_its_place_back()
    {
        Assert.Equal(1, _engine.Admission.Inside);
        await _engine.PostAsync("1");

        await Eventually.True(() => _engine.Admission.Inside == 0, "the count");
    }
}

using DeltaStream.Actors.Clients;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.SocketIO.Engine;
using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests.Transports;

public sealed class UpgradeSpecs : IDisposable
{
    private readonly EngineFixture _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Waiting_packets_leave_on_the_websocket_in_order_after_the_move()
    {
        _engine.Link.WriteControl(EngineFixture.Message("a"));
        _engine.Link.Write([EngineFixture.Message("b")]);
        var pair = await _engine.UpgradeAsync();
        Assert.True(_engine.Link.Write([EngineFixture.Message("c")]));

        Assert.Equal("4a", await pair.ReceiveTextAsync());
        Assert.Equal("4b", await pair.ReceiveTextAsync());
        Assert.Equal("4c", await pair.ReceiveTextAsync());
    }

    [Fact]
    public async Task Nothing_but_the_probes_pong_comes_before_the_client_has_moved()
    {
        var pair = _engine.OpenProbe();
        await EngineFixture.ProbeAsync(pair);
        _engine.Link.WriteControl(EngineFixture.Message("a"));

        Assert.True(pair.IsSilent);
        Assert.Equal("4a", await _engine.PollAsync());
    }

    [Fact]
    public async Task A_poll_in_the_way_of_the_upgrade_ends_with_a_noop_after_a_tenth_of_a_second()
    {
        var poll = _engine.PollAsync();
        await EngineFixture.ProbeAsync(_engine.OpenProbe());
        _engine.Advance(0.09);
        Assert.False(poll.IsCompleted);

        _engine.Advance(0.02);
        Assert.Equal("6", await poll);
    }

    [Fact]
    public async Task Polls_between_probe_and_upgrade_are_paced()
    {
        await EngineFixture.ProbeAsync(_engine.OpenProbe());
        for (var i = 0; i < 3; i++)
        {
            var poll = _engine.PollAsync();
            Assert.False(poll.IsCompleted);
            _engine.Advance(0.11);
            Assert.Equal("6", await poll);
        }
    }

    [Fact]
    public async Task A_poll_that_waits_when_the_client_moves_ends_with_a_noop()
    {
        var pair = _engine.OpenProbe();
        await EngineFixture.ProbeAsync(pair);
        var poll = _engine.PollAsync();
        await pair.SendAsync("5");

        Assert.Equal("6", await poll);
    }

    [Fact]
    public async Task After_the_upgrade_polls_and_posts_are_bad_requests()
    {
        await _engine.UpgradeAsync();

        Assert.Equal("refused 3", await _engine.PollAsync());
        Assert.Equal("refused 3", await _engine.PostAsync("4a"));
        Assert.Null(_engine.ClosedWith);
    }

    [Fact]
    public async Task Messages_pings_and_pongs_go_over_the_websocket()
    {
        var pair = await _engine.UpgradeAsync();
        await pair.SendAsync("4hello");
        await Eventually.True(() => _engine.Received.Count == 1, "the message");
        _engine.Advance(25);
        Assert.Equal("2", await pair.ReceiveTextAsync());
        await pair.SendAsync("3");
        await pair.SendAsync("4again");
        await Eventually.True(() => _engine.Received.Count == 2, "the second message");
        _engine.Advance(44);

        Assert.Null(_engine.ClosedWith);
        Assert.Equal(["hello", "again"], _engine.Received);
    }

    [Fact]
    public async Task A_late_pong_over_the_websocket_is_too_late()
    {
        var pair = await _engine.UpgradeAsync();
        _engine.Advance(45.02);

        Assert.Equal(CloseReason.PingTimeout, _engine.ClosedWith);
        Assert.Equal("2", await pair.ReceiveTextAsync());
        Assert.Equal(1001, await pair.ReceiveCloseAsync());
    }

    [Theory]
    [InlineData("4hello")]
    [InlineData("5")]
    [InlineData("2")]
    [InlineData("2something")]
    [InlineData("nonsense")]
    public async Task A_websocket_that_opens_with_anything_but_a_probe_is_dropped_alone(string first)
    {
        var pair = _engine.OpenProbe();
        await pair.SendAsync(first);

        await pair.ReceiveCloseAsync();
        Assert.Null(_engine.ClosedWith);
        Assert.Equal("ok", await _engine.PostAsync("4a"));
    }

    [Fact]
    public async Task A_probe_that_goes_away_leaves_the_session_polling_and_another_may_come()
    {
        var gone = _engine.OpenProbe();
        await EngineFixture.ProbeAsync(gone);
        gone.Break();
        await Eventually.True(async () =>
        {
            var pair = _engine.OpenProbe();
            await pair.SendAsync("2probe");
            return await pair.ReceiveAsync() is { Opcode: DeltaStream.SocketIO.Framing.WebSocketOpcode.Text };
        }, "another probe");

        Assert.Null(_engine.ClosedWith);
    }

    [Fact]
    public async Task A_second_probe_is_dropped_and_the_first_continues()
    {
        var first = _engine.OpenProbe();
        await EngineFixture.ProbeAsync(first);
        var second = _engine.OpenProbe();
        await second.SendAsync("2probe");
        await second.ReceiveCloseAsync();

        await first.SendAsync("5");
        await Eventually.True(() => _engine.Session.Current == EngineTransport.WebSocket, "the upgrade");
    }

    [Fact]
    public async Task A_probe_that_does_not_become_an_upgrade_is_dropped_after_ten_seconds()
    {
        var pair = _engine.OpenProbe();
        await EngineFixture.ProbeAsync(pair);
        _engine.Advance(9.9);
        Assert.False(pair.Server.End.IsOver);

        _engine.Advance(0.2);
        await pair.ReceiveCloseAsync();
        Assert.Null(_engine.ClosedWith);
    }

    [Fact]
    public async Task The_upgraded_websocket_outlives_the_upgrades_timeout()
    {
        var pair = await _engine.UpgradeAsync();
        _engine.Advance(20);

        Assert.False(pair.Server.End.IsOver);
    }

    [Fact]
    public async Task Packets_of_a_pending_post_are_handled_before_those_of_the_websocket()
    {
        var slow = new TaskCompletionSource();
        _engine.OnMessage = async text => await (text == "post 1" ? slow.Task : Task.CompletedTask);
        var post = _engine.PostAsync("4post 1\u001e4post 2");
        var pair = await _engine.UpgradeAsync();
        await pair.SendAsync("4websocket");
        Assert.Equal(["post 1"], _engine.Received);
        slow.SetResult();

        await Eventually.True(() => _engine.Received.Count == 3, "all messages");
        Assert.Equal(["post 1", "post 2", "websocket"], _engine.Received);
        Assert.Equal("ok", await post);
    }

    [Fact]
    public async Task The_websocket_that_ends_takes_the_session_with_it()
    {
        var pair = await _engine.UpgradeAsync();
        Assert.Equal(TransportName.WebSocket, _engine.Link.Transport);
        pair.Break();

        await Eventually.True(() => _engine.ClosedWith == CloseReason.TransportError, "the end");
        Assert.Equal((TransportName.WebSocket, 0), (_engine.Link.Transport, _engine.Admission.Inside));
        Assert.False(_engine.IsKnown);
    }

    [Fact]
    public async Task A_session_that_closes_takes_its_probe_with_it()
    {
        var pair = _engine.OpenProbe();
        await EngineFixture.ProbeAsync(pair);
        await _engine.PostAsync("1");

        await pair.ReceiveCloseAsync();
    }
}

using DeltaStream.Actors.Clients;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>What a polling client gets from a node that stops: nothing that would make a stock client stay away.</summary>
public sealed class PollingDrainSpecs : IDisposable
{
    private readonly EngineFixture _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_waiting_poll_and_a_later_one_are_told_that_the_session_is_unknown()
    {
        var poll = _engine.PollAsync();
        _engine.Link.Close(CloseReason.ServerDraining);

        Assert.Equal("refused 1", await poll);
        Assert.Equal("refused 1", await _engine.PollAsync());
        Assert.Equal(CloseReason.ServerDraining, _engine.ClosedWith);
        Assert.Equal(0, _engine.Admission.Inside);
    }

    [Fact]
    public async Task Waiting_packets_are_flushed_first_without_a_close_packet()
    {
        _engine.Link.WriteControl(EngineFixture.Message("last words"));
        _engine.Link.Close(CloseReason.ServerDraining);

        Assert.Equal("4last words", await _engine.PollAsync());
        Assert.Equal("refused 1", await _engine.PollAsync());
    }

    [Fact]
    public async Task A_post_under_way_is_read_to_its_end_and_its_answers_leave_first()
    {
        _engine.OnMessage = text =>
        {
            _engine.Link.Close(CloseReason.ServerDraining);
            _engine.Link.Write([EngineFixture.Message(text)]);
            return default;
        };
        var poll = _engine.PollAsync();

        Assert.Equal("ok", await _engine.PostAsync("4a\u001e4b"));
        Assert.Equal(["a", "b"], _engine.Received);
        Assert.Equal("4a|4b", await poll);
        Assert.Equal(CloseReason.ServerDraining, _engine.ClosedWith);
        Assert.Equal("refused 1", await _engine.PollAsync());
    }

    [Fact]
    public async Task A_later_post_is_answered_ok_and_ignored()
    {
        var poll = _engine.PollAsync();
        _engine.Link.Close(CloseReason.ServerDraining);

        Assert.Equal("ok", await _engine.PostAsync("4a"));
        Assert.Equal("ok", await _engine.PostAsync("no packet"));
        Assert.Empty(_engine.Received);
        Assert.Equal("refused 1", await poll);
    }

    [Fact]
    public async Task A_close_packet_in_the_post_under_way_closes_the_session()
    {
        _engine.OnMessage = _ =>
        {
            _engine.Link.Close(CloseReason.ServerDraining);
            return default;
        };
        var poll = _engine.PollAsync();

        Assert.Equal("ok", await _engine.PostAsync("4a\u001e1"));
        Assert.Equal("6", await poll);
        Assert.Equal(CloseReason.ClientClosed, _engine.ClosedWith);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_session_is_not_kept_for_long(bool hasPolled)
    {
        var poll = hasPolled ? _engine.PollAsync() : null;
        _engine.Link.Close(CloseReason.ServerDraining);
        if (poll is not null) await poll;
        Assert.True(_engine.IsKnown);

        _engine.Advance(3.1);
        Assert.False(_engine.IsKnown);
    }
}

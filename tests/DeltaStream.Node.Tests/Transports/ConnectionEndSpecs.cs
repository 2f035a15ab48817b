using DeltaStream.Actors.Clients;
using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Tests.Transports;

public sealed class ConnectionEndSpecs : ILinkListener
{
    private readonly ConnectionEnd _end = new();
    private readonly List<CloseReason> _heard = [];

    [Fact]
    public void The_first_reason_counts_and_is_reported_once()
    {
        _end.Attach(this);
        Assert.True(_end.TryEnd(CloseReason.SlowConsumer));
        Assert.False(_end.TryEnd(CloseReason.TransportError));
        Assert.Empty(_heard);

        _end.Announce();
        _end.Announce();
        Assert.Equal([CloseReason.SlowConsumer], _heard);
        Assert.Equal(CloseReason.SlowConsumer, _end.Reason);
    }

    [Fact]
    public void A_listener_added_after_the_end_is_called_at_once()
    {
        _end.TryEnd(CloseReason.ClientClosed);
        _end.Announce();
        _end.Attach(this);
        Assert.Equal([CloseReason.ClientClosed], _heard);
    }

    [Fact]
    public void A_second_listener_replaces_the_first()
    {
        _end.Attach(this);
        var second = new ConnectionEndSpecs();
        _end.Attach(second);
        _end.TryEnd(CloseReason.ClientClosed);
        _end.Announce();
        Assert.Empty(_heard);
        Assert.Single(second._heard);
    }

    [Fact]
    public void A_wait_for_the_end_ends_when_the_end_is_announced()
    {
        var waiting = _end.WhenOver();
        _end.TryEnd(CloseReason.ClientClosed);
        Assert.False(waiting.IsCompleted);
        _end.Announce();
        Assert.True(waiting.IsCompleted);
        Assert.True(_end.WhenOver().IsCompleted);
    }

    void ILinkListener.Ready() { }

    void ILinkListener.Ended(CloseReason reason) => _heard.Add(reason);
}

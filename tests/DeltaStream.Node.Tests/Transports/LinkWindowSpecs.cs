using DeltaStream.Node.Transports.Relay;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Node.Tests.Transports;

/// <summary>How many bytes of relayed requests are on their way to one node at once.</summary>
public class LinkWindowSpecs
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _time = new();
    private readonly LinkWindow _window = new(most: 100);

    [Fact]
    public async Task Requests_wait_in_order_once_there_is_no_room()
    {
        var (first, second) = (Enter(60), Enter(40));
        var (large, small) = (Enter(80), Enter(1));
        Assert.True(first.IsCompleted && second.IsCompleted);
        Assert.False(large.IsCompleted || small.IsCompleted);
        _window.Leave(40);
        // The small one would fit, but must not starve the large one.
        Assert.False(large.IsCompleted || small.IsCompleted);
        _window.Leave(60);
        await Task.WhenAll(large, small).WaitAsync(Timeout);
    }

    [Fact]
    public async Task A_request_larger_than_the_window_goes_alone()
    {
        Assert.True(Enter(1000).IsCompleted);
        var next = Enter(1);
        Assert.False(next.IsCompleted);
        _window.Leave(1000);
        await next.WaitAsync(Timeout);
    }

    [Fact]
    public async Task A_request_whose_turn_does_not_come_in_time_gives_up_and_frees_its_place()
    {
        await Enter(100);
        var late = Enter(100);
        _time.Advance(TimeSpan.FromSeconds(10));
        var next = Enter(30);
        _time.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<TimeoutException>(() => late);
        _window.Leave(100);
        await next.WaitAsync(Timeout);
        // What gave up is not counted: the rest of the window is free.
        Assert.True(Enter(70).IsCompleted);
        Assert.False(Enter(1).IsCompleted);
    }

    private Task Enter(int bytes) => _window.EnterAsync(bytes, Timeout, _time);
}

using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Feed;

/// <summary>A store that delivers messages and refuses every write stops no feed.</summary>
public class BridgeRefusalSpecs(ITestOutputHelper output) : TwoBridges(output)
{
    [Fact]
    public void The_active_bridge_goes_on_while_writes_are_refused_and_after_it()
    {
        var epoch = Lease.Epoch;
        Lease.RefusesWrites = true;
        for (var number = 1; number <= 40; number++) Both(number);
        Assert.Equal((epoch, true), (Lease.Epoch, Holds("a")));
        var beats = Heartbeats();
        Assert.DoesNotContain(beats, beat => beat.Link == FeedLink.Down || beat.IsLast);
        Assert.True(beats[^1].IsUnrenewed);

        // Now either of the two may get the lease.
        Lease.RefusesWrites = false;
        for (var number = 41; number <= 50; number++) Both(number);
        var prices = Prices(until: 50);

        // When the lease has expired the bridge waits for a moment and conflates; nothing is lost but superseded values.
        Assert.Equal([.. prices.Order()], prices);
        Assert.True(prices.Length > 40, string.Join(',', prices));
        Assert.DoesNotContain(Heartbeats(), beat => beat.Link == FeedLink.Down);
    }

    [Fact]
    public void A_holder_that_is_killed_while_writes_are_refused_is_succeeded_as_soon_as_writes_are_accepted()
    {
        Lease.RefusesWrites = true;
        for (var number = 1; number <= 20; number++) Both(number);
        Kill(A);
        Heartbeats();
        B.Feed.Publish(MessageKind.Underlying.Channel, Message(21));
        Time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(Holds("b"));
        Assert.Contains(Heartbeats(), beat => beat is { Node: "b", Link: FeedLink.Down });

        Lease.RefusesWrites = false;
        Time.Until(() => Assert.True(Holds("b")), TimeSpan.FromSeconds(1));
        Assert.Equal(21, Prices(until: 21)[^1]);
    }
}

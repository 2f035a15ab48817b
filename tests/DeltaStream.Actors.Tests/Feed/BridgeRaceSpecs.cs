using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Feed;

/// <summary>Who publishes while a holder is killed, paused, lagging or deaf.</summary>
public sealed class BridgeRaceSpecs(ITestOutputHelper output) : TwoBridges(output)
{
    [Fact]
    public void A_standby_takes_over_from_a_killed_holder_and_no_update_is_lost_or_older()
    {
        Both(1);
        Both(2);
        Assert.Equal([1, 2], Prices());
        var epoch = Lease.Epoch;

        Kill(A);
        B.Feed.Publish(MessageKind.Underlying.Channel, Message(3));
        var took = Time.Until(() => Assert.True(Holds("b")), TimeSpan.FromSeconds(2));

        Assert.InRange(took, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1.5));
        Assert.True(Lease.Epoch > epoch);
        Assert.Equal([3], Prices(until: 3));
    }

    [Fact]
    public void A_graceful_stop_hands_the_lease_on_at_once()
    {
        Both(1);
        A.Bridge.Tell(new HandOver(), TestActor);
        ExpectMsg<HandedOver>();

        // Told that it is free: no time passes in which the standby could have asked anyway.
        Time.Until(() => Assert.True(Holds("b")), TimeSpan.Zero);
        Both(2);
        Assert.Equal([1, 2], Prices(until: 2));
    }

    [Fact]
    public void A_lease_whose_release_failed_is_taken_only_when_it_has_expired()
    {
        Both(1);
        Heartbeats();
        Lease.IsDown = true;
        A.Bridge.Tell(new HandOver(), TestActor);
        ExpectMsg<HandedOver>();
        Time.Advance(Moment);
        // It says once that its term is over, and not that the lease is released.
        Assert.Single(Heartbeats(), beat => beat.IsLast);
        Assert.False(Holds("b"));

        Lease.IsDown = false;
        Time.Until(() => Assert.True(Holds("b")), TimeSpan.FromSeconds(2));
        Both(2);
        Assert.Equal([1, 2], Prices(until: 2));
    }

    [Fact]
    public void A_lagging_standby_that_takes_over_never_publishes_an_old_value_as_new()
    {
        A.Feed.Publish(MessageKind.Underlying.Channel, Message(1));
        A.Feed.Publish(MessageKind.Underlying.Channel, Message(2));
        Assert.Equal([1, 2], Prices(until: 2));
        Time.Advance(TimeSpan.FromSeconds(1));
        A.Feed.Publish(MessageKind.Underlying.Channel, Message(4));
        Assert.Equal([4], Prices(until: 4));
        B.Feed.Publish(MessageKind.Underlying.Channel, Message(1));

        Kill(A);
        Time.Until(() => Assert.True(Holds("b")));
        B.Feed.Publish(MessageKind.Underlying.Channel, Message(2));
        Time.Advance(Moment);
        B.Feed.Publish(MessageKind.Underlying.Channel, Message(4));
        B.Feed.Publish(MessageKind.Underlying.Channel, Message(5));

        Assert.Equal([5], Prices(until: 5));
    }

    [Theory]
    [InlineData(0, new[] { 2, 6 })]
    [InlineData(2, new[] { 6 })]
    public void A_key_is_held_back_for_half_a_second_and_longer_only_if_the_subscription_lags(int secondsSubscribed, int[] prices)
    {
        Time.Advance(TimeSpan.FromSeconds(secondsSubscribed));
        A.Feed.Publish(MessageKind.Underlying.Channel, Message(4));
        Assert.Equal([4], Prices(until: 4));
        Kill(A);
        Time.Until(() => Assert.True(Holds("b")));
        B.Feed.Publish(MessageKind.Underlying.Channel, Message(3));
        Time.Advance(TimeSpan.FromMilliseconds(800));
        Assert.Empty(Prices());
        B.Feed.Publish(MessageKind.Underlying.Channel, Message(2));
        Time.Advance(Moment);
        B.Feed.Publish(MessageKind.Underlying.Channel, Message(6));
        Assert.Equal(prices, Prices(until: 6));
    }

    [Fact]
    public void A_successor_learns_from_the_summary_in_general_which_chain_was_published()
    {
        A.Feed.Publish(MessageKind.Chain.Channel, Chain(4));
        Assert.Equal(MarketEvent.ChainSummary, Next().Update.Event);
        Kill(A);
        Time.Until(() => Assert.True(Holds("b")));
        foreach (var number in new[] { 2, 4, 3, 6 })
        {
            B.Feed.Publish(MessageKind.Chain.Channel, Chain(number));
            Time.Advance(Moment);
        }

        // 2 came before the last published one and is not sent; 3 and 6 follow it in the successor's own intake.
        List<int> spots = [];
        while (spots.LastOrDefault() != 6)
            if (Next() is { ToSend: { } update }) spots.Add(SpotOf(update));
        Assert.Equal([3, 6], spots);
    }

    [Fact]
    public void The_killed_holders_last_update_is_sent_again_and_recognised_as_a_repeat()
    {
        Both(1);
        Assert.Equal([1], Prices(until: 1));
        Kill(A);
        Time.Until(() => Assert.True(Holds("b")));
        var repeat = Next();
        Assert.Null(repeat.ToSend);
        Assert.Equal(Lease.Epoch, repeat.Update.Position.Epoch);
    }

    [Fact]
    public void A_paused_holder_that_wakes_publishes_nothing()
    {
        Both(1);
        Assert.Equal([1], Prices(until: 1));
        var old = Lease.Epoch;
        A.Lease.Hangs = true;
        Time.Stop(A.Clock);
        Time.Until(() => Assert.True(Holds("b")));

        // Its own time jumps when it wakes; not one timer of it has run when the messages that piled up come in.
        A.Clock.Advance(TimeSpan.FromSeconds(30));
        A.Feed.Publish(MessageKind.Underlying.Channel, Message(2));
        Both(3);

        var updates = Updates(until: 3);
        Assert.DoesNotContain(updates, it => it.Update.Position.Epoch == old);
        Assert.Contains(updates, it => PriceOf(it.Update) == 3);
    }

    [Fact]
    public void Of_two_active_bridges_the_one_with_the_lower_epoch_steps_down()
    {
        // The lease is taken away behind the holder's back, while its own clock tells it that it is still good.
        A.Lease.Hangs = true;
        Time.Stop(A.Clock);
        var old = Lease.Epoch;
        Time.Until(() => Assert.True(Holds("b")));
        Assert.True(Lease.Epoch > old);
        Time.Until(() => Assert.Contains(Heartbeats(), beat => beat.Epoch == Lease.Epoch));
        Time.Advance(Moment);

        Both(2);

        Assert.All(Updates(until: 2), it => Assert.Equal(Lease.Epoch, it.Update.Position.Epoch));
    }

    [Fact]
    public void A_holder_that_is_deaf_for_long_leaves_the_lease_to_a_bridge_that_receives_the_feed()
    {
        var epoch = Lease.Epoch;
        A.Feed.GoDown();
        Time.Until(() => Assert.True(Holds("b")), TimeSpan.FromSeconds(2));
        Assert.True(Lease.Epoch > epoch);
        B.Feed.Publish(MessageKind.Underlying.Channel, Message(1));
        Assert.Equal([1], Prices(until: 1));
    }

    private static string Chain(int number) =>
        $$"""{"product":"NIFTY","expiry":"2026-11-26","spot_price":{{number}},"pcr_oi":1,"max_pain_strike":1,"calls":[],"puts":[],"timestamp":"2026-11-23T10:00:{{number:00}}"}""";

    private static int SpotOf(MarketUpdate summary)
    {
        using var json = System.Text.Json.JsonDocument.Parse(summary.Payload);
        return json.RootElement.GetProperty("spot_price").GetInt32();
    }
}

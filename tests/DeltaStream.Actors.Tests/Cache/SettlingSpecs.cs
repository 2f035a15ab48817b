using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Tests.Cache;

/// <summary>Clients get an update from the cache if no topic delivers it, because the publisher does not know the topic or a connection broke.</summary>
public class SettlingSpecs : BookSpec
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 4)]
    [InlineData(7, 8)]
    [InlineData(15, 16)]
    public void A_new_room_is_looked_up_again_after_2_4_8_and_16_intervals(int missedAfter, int foundAfter)
    {
        Join(Narrow);
        Tick(missedAfter);
        Put(Chain("NIFTY", Near, 5));
        Tick(foundAfter - missedAfter - 1);
        Assert.Empty(Given);
        Tick(2);
        Assert.Equal([new(1, 5)], Given.Select(it => it.Position));
    }

    [Fact]
    public void A_settled_room_is_looked_up_no_more()
    {
        Join(Narrow);
        Tick(20);
        var looks = Looks;
        Tick(20);
        Assert.Equal(looks, Looks);
    }

    [Fact]
    public void One_event_of_the_present_epoch_settles_a_narrow_room()
    {
        Join(Narrow);
        Deliver(Narrow, Chain("NIFTY", Near, 1));
        Deliver(Room.General, Price("A", 2));
        Tick(4);
        var looks = Looks;
        Tick(20);
        Assert.Equal(looks, Looks);
    }

    [Fact]
    public void After_the_first_event_of_the_epoch_one_more_look_finds_the_other_expiries_of_a_chain_room()
    {
        Join(Wide);
        Put(Chain("NIFTY", Far, 4));
        Deliver(Wide, Chain("NIFTY", Near, 5));
        Tick(3);
        Assert.Equal([Far], Given.Where(it => it.Event == MarketEvent.ChainUpdate).Select(it => it.Key.Expiry));
        var looks = Looks;
        Tick(20);
        Assert.Equal(looks, Looks);
    }

    [Fact]
    public void A_settling_room_gets_each_update_of_its_overlapping_room_once()
    {
        var room = Room.Product("NIFTY");
        Join(room);
        var price = Price("NIFTY", 1);
        Deliver(Room.General, price);
        Tick();
        Assert.Equal([(room, price.Position)], Told.Select(it => it.Answer).OfType<MissedUpdate>().Select(it => (it.Room, it.Update.Position)));
        Assert.Null(Deliver(room, price).ToSend);
        Deliver(Room.General, Price("NIFTY", 2));
        Tick(4);
        Assert.Single(Given);
    }

    [Fact]
    public void At_a_new_epoch_every_room_settles_again()
    {
        Join(Narrow);
        Deliver(Narrow, Chain("NIFTY", Near, 1));
        Tick(20);
        Put(Chain("NIFTY", Near, 1, epoch: 2), Chain("NIFTY", Near, 2, epoch: 2));
        Tick(4);
        Assert.Empty(Given);
        Tick(3, epoch: 2);
        Assert.Contains(new Position(2, 2), Given.Select(it => it.Position));
    }

    [Fact]
    public void A_settled_room_gets_updates_from_the_cache_only_after_a_gap_in_the_feed()
    {
        Join(Narrow);
        Deliver(Narrow, Chain("NIFTY", Near, 1));
        Tick(20);
        Put(Chain("NIFTY", Near, 2));
        Tick(4);
        Assert.Empty(Given);
        Book.EndGap();
        Assert.True(Order.HasGap);
        Run();
        Assert.Contains(new Position(1, 2), Given.Select(it => it.Position));
        Assert.False(Order.HasGap);
    }

    [Fact]
    public void A_gap_that_ends_during_a_look_causes_another_look()
    {
        Join(Narrow);
        Deliver(Narrow, Chain("NIFTY", Near, 1));
        Tick(20);
        IsHeld = true;
        Book.EndGap();
        Run();
        Book.EndGap();
        IsHeld = false;
        var looks = Looks;
        Run();
        Assert.Equal(looks + 2, Looks);
        Assert.False(Order.HasGap);
    }

    [Fact]
    public void After_a_takeover_the_same_value_under_a_new_position_is_not_given_again()
    {
        Join(Narrow);
        var held = Chain("NIFTY", Near, 1);
        Deliver(Narrow, held);
        Put(new MarketUpdate(held.Event, held.Key, new(2, 1), held.Payload, held.Hash, held.ReceivedAt + 5_000));
        Book.EndGap();
        Tick(4, epoch: 2);
        Assert.DoesNotContain(Given, it => it.Event == MarketEvent.ChainUpdate);
        Assert.Null(Deliver(Narrow, Chain("NIFTY", Near, 1, epoch: 2)).ToSend);
    }

    [Fact]
    public void General_gets_a_summary_that_its_topic_missed_although_the_chain_came()
    {
        Join(Wide);
        var chain = Chain("NIFTY", Near, 5);
        Deliver(Wide, chain);
        Put(chain);
        Book.EndGap();
        Run();
        Assert.Contains(Told, it => it.To is null && it.Answer is MissedUpdate missed && missed.Update.Event == MarketEvent.ChainSummary);
    }

    [Fact]
    public void Clients_in_general_do_not_get_values_from_before_the_nodes_subscription()
    {
        var before = Price("OLD", 1);
        var started = new StartedBook(before);
        Assert.DoesNotContain(started.Given, it => it.Key.Symbol == "OLD");
        Assert.Contains(started.Get(Room.General), it => it.Key.Symbol == "OLD");
    }

    [Fact]
    public void After_lost_subscriptions_every_room_settles_again_and_waits_for_its_place_in_the_window()
    {
        Join(Narrow);
        Deliver(Narrow, Chain("NIFTY", Near, 1));
        Tick(20);
        Book.Reopen();
        Book.HearGeneral();
        Put(Chain("NIFTY", Near, 2));
        Told.Clear();
        Use(Narrow);
        Assert.True(IsReady(Narrow));
        Tick(3);
        Assert.Contains(new Position(1, 2), Given.Select(it => it.Position));
    }

    [Fact]
    public void A_restarted_book_keeps_the_rooms_in_use_and_ignores_reads_of_its_predecessor()
    {
        IsHeld = true;
        Use(Narrow);
        Book.EndGap();
        Run();
        Start();
        Assert.Equal(2, Book.Count);
        IsHeld = false;
        Run();
        Put(Chain("NIFTY", Near, 1));
        Join(Narrow);
        Assert.Equal([new(1, 1)], Get(Narrow).Select(it => it.Position));
        Leave(Narrow);
        Tick(21);
        Assert.Equal(1, Book.Count);
    }

    private sealed class StartedBook : BookSpec
    {
        public StartedBook(MarketUpdate before)
        {
            Put(before);
            Start();
            Order.Use(Room.General).IsReady = false;
            Book.HearGeneral();
            Run();
            Tick(4);
        }

        public new IEnumerable<MarketUpdate> Given => base.Given;

        public IReadOnlyList<MarketUpdate> Get(Room room) => base.Get(room);
    }
}

using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Cache;

/// <summary>What no topic brings, because the publisher does not know of it yet or something broke, comes all the same.</summary>
public class SettlingSpecs(ITestOutputHelper output) : CacheSpec(output)
{
    private static readonly Room Narrow = Room.Chain("NIFTY", Near);

    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 4)]
    [InlineData(7, 8)]
    [InlineData(15, 16)]
    public void A_new_room_is_looked_up_again_after_2_4_8_and_16_intervals(int missedAfter, int foundAfter)
    {
        Use(Narrow);
        Get(Narrow);
        Tick(missedAfter);
        Store.Put(Chain("NIFTY", Near, 5));
        Tick(foundAfter - missedAfter - 1);
        ExpectNoMsg(TimeSpan.Zero);
        Tick(2);
        Assert.Equal(new(1, 5), ExpectMsg<OfferedValue>().Update.Position);
        ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void A_settled_room_is_looked_up_no_more()
    {
        Use(Narrow);
        Get(Narrow);
        Tick(20);
        var looks = Store.IndexReads;
        Tick(20);
        Assert.Equal(looks, Store.IndexReads);
    }

    [Fact]
    public void One_live_event_settles_a_room_about_one_value()
    {
        Tick(20);
        Use(Narrow);
        Get(Narrow);
        Bring(Narrow, Chain("NIFTY", Near, 1));
        var looks = Store.IndexReads;
        Tick(20);
        Assert.Equal(looks, Store.IndexReads);
    }

    [Fact]
    public void After_the_first_live_event_a_chains_room_is_looked_up_once_more_for_the_other_expiries()
    {
        Tick(20);
        var room = Room.Chain("NIFTY");
        Use(room);
        Get(room);
        Store.Put(Chain("NIFTY", "2026-12-31", 4));
        Bring(room, Chain("NIFTY", Near, 5));
        Tick(3);
        Assert.Equal("2026-12-31", ExpectMsg<OfferedValue>().Update.Key.Expiry);
        var looks = Store.IndexReads;
        Tick(20);
        Assert.Equal(looks, Store.IndexReads);
    }

    [Fact]
    public void A_settling_room_gets_what_the_room_it_overlaps_with_brings()
    {
        var room = Room.Product("NIFTY");
        Use(room);
        Get(room);
        var price = Price("NIFTY", 1);
        Bring(Room.General, price);
        Assert.Equal(price, ExpectMsg<OfferedValue>().Update);
        Bring(room, price);
        Bring(Room.General, Price("NIFTY", 2));
        ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void Nobody_is_offered_what_is_still_to_be_in_its_snapshot()
    {
        Use(Room.Product("NIFTY"));
        Bring(Room.General, Price("NIFTY", 1));
        ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void After_the_feed_was_lost_the_store_is_read_again()
    {
        Use(Narrow);
        Bring(Narrow, Chain("NIFTY", Near, 1));
        Get(Narrow);
        Tick(20);
        Heartbeat(FeedLink.Down);
        AwaitAssert(() => Assert.Equal("down", Status.Feed.Name));
        Store.Put(Chain("NIFTY", Near, 2));
        Tick(4);
        ExpectNoMsg(TimeSpan.Zero);
        Heartbeat();
        AwaitAssert(() => Assert.Equal("live", Status.Feed.Name));
        Tick(2);
        Assert.Equal(new(1, 2), ExpectMsg<OfferedValue>().Update.Position);
    }

    [Fact]
    public void A_gap_in_the_feed_that_ends_during_a_look_is_looked_behind_once_more()
    {
        Tick(20);
        Use(Narrow);
        Bring(Narrow, Chain("NIFTY", Near, 1));
        Get(Narrow);
        Gap();
        Store.Hold();
        var looks = Store.Begun;
        Advance(Interval);
        AwaitAssert(() => Assert.Equal(looks + 1, Store.Begun));
        // What the index says was read before this gap's values came into the store.
        Gap();
        Store.Release();
        AwaitAssert(() => Assert.Equal(Store.Begun, Store.Ended));
        SettleCache();
        looks = Store.IndexReads;
        Store.Put(Chain("NIFTY", Near, 2));
        Tick(2);
        Assert.Equal(new(1, 2), ExpectMsg<OfferedValue>().Update.Position);
        Assert.Equal(looks + 1, Store.IndexReads);

        void Gap()
        {
            Heartbeat(FeedLink.Down);
            AwaitAssert(() => Assert.Equal("down", Status.Feed.Name));
            Heartbeat();
            AwaitAssert(() => Assert.Equal("live", Status.Feed.Name));
            SettleCache();
        }
    }

    [Fact]
    public void After_a_takeover_the_same_value_under_a_new_position_is_not_offered_again()
    {
        Use(Narrow);
        Bring(Narrow, Chain("NIFTY", Near, 1));
        Get(Narrow);
        var held = Chain("NIFTY", Near, 1);
        Store.Put(new MarketUpdate(held.Event, held.Key, new(2, 1), held.Payload, held.Hash, held.ReceivedAt + 5_000));
        Heartbeat(FeedLink.Down);
        Heartbeat();
        Tick(4);
        Assert.Equal(new(2, 1), Assert.Single(Get(Narrow).Values).Position);
    }

    [Fact]
    public void A_superseded_bridges_last_word_that_comes_late_is_offered_to_those_who_dropped_it()
    {
        var client = Connect();
        var (late, current) = (Price("B", 9, epoch: 1), Price("A", 1, epoch: 2));
        Publish(TopicName.For(Room.General), new RoomEvent(Room.General, current));
        Await(client, sent => sent.Contains(Text(current)));
        Publish(TopicName.For(Room.General), new RoomEvent(Room.General, late));
        Await(client, sent => sent.Contains(Text(late)));
        Assert.Equal(2, Updates(client).Count());
    }

    [Fact]
    public void A_client_that_is_ahead_of_the_cache_is_offered_again_what_its_topic_did_not_bring()
    {
        Use(Narrow);
        Get(Narrow);
        Store.Put(Chain("NIFTY", Near, 3));
        Tick(4);
        var offer = ExpectMsg<OfferedValue>();
        Cache.Tell(new OfferAgain(Narrow, offer.Update, new(1, 4)), TestActor);
        SettleCache();
        Bring(Narrow, Chain("NIFTY", "2026-12-31", 4));
        var again = ExpectMsg<OfferedValue>();
        Assert.Equal((offer.Update, new Position(1, 4)), (again.Update, again.Seen));
        Assert.True(again.Serial > offer.Serial);
    }

    [Fact]
    public void What_the_topic_brought_meanwhile_is_not_offered_again()
    {
        Use(Narrow);
        Get(Narrow);
        Store.Put(Chain("NIFTY", Near, 3));
        Tick(4);
        var offer = ExpectMsg<OfferedValue>();
        Bring(Narrow, Chain("NIFTY", Near, 3));
        Cache.Tell(new OfferAgain(Narrow, offer.Update, new(1, 3)), TestActor);
        SettleCache();
        ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void When_the_mediator_drops_all_subscriptions_everyone_subscribes_again_and_gets_what_was_missed()
    {
        var client = Connect();
        Subscribe(client, Narrow);
        // A publication to no topic restarts the mediator: a trap of Akka's.
        EventFilter.Exception<InvalidActorNameException>().Mute();
        EventFilter.Exception<Exception>().Mute();
        Mediator.Tell(new Publish("", "x"));
        Publish(Price("NIFTY", 1));
        AwaitAssert(() => Assert.Single(Logs.Of("subscriptions_lost")));
        var missed = Chain("NIFTY", Near, 2);
        Store.Put(missed);
        AwaitAssert(() =>
        {
            Tick(2);
            Assert.Contains(Text(missed), client.Sent);
            Assert.Contains(Text(Price("NIFTY", 1)), client.Sent);
        });
        var next = Price("NIFTY", 3);
        AwaitAssert(() =>
        {
            Publish(next);
            Assert.Contains(Text(next), client.Sent);
        });
        Assert.Equal(Updates(client).Distinct(), Updates(client));
    }

    [Fact]
    public void When_the_cache_restarts_its_users_come_again()
    {
        var client = Connect();
        Subscribe(client, Narrow);
        Restart();
        AwaitAssert(() =>
        {
            Tick();
            Assert.Equal(2, Status.Rooms);
        });
        var chain = Chain("NIFTY", Near, 1);
        Publish(chain);
        Await(client, sent => sent.Contains(Text(chain)));
        Subscribe(client, Narrow);
        Await(client, sent => sent.Count(line => line == Text(chain)) == 2);
    }

    [Fact]
    public void What_was_missed_while_the_cache_restarted_comes_though_it_had_offered_much_before()
    {
        Use(Room.Product("NIFTY"));
        Get(Room.Product("NIFTY"));
        for (var i = 1; i <= 5; i++) Bring(Room.General, Price("NIFTY", i));
        for (var i = 1; i <= 5; i++) ExpectMsg<OfferedValue>();
        var client = Connect();
        Subscribe(client, Narrow);
        Tick();
        Restart();
        var missed = Chain("NIFTY", Near, 7);
        Store.Put(missed);
        AwaitAssert(() =>
        {
            Tick();
            Assert.Contains(Text(missed), client.Sent);
        });
    }

    [Fact]
    public void A_read_that_the_former_cache_began_is_nothing_to_the_next_one()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(SubscriptionsLost));
        Store.Hold();
        Use(Narrow);
        AwaitAssert(() => Assert.True(Store.Begun > Store.Ended));
        Restart();
        ExpectMsg<SubscriptionsLost>();
        Store.Release();
        AwaitAssert(() => Assert.Equal(Store.Begun, Store.Ended));
        SettleCache();
        Store.Put(Chain("NIFTY", Near, 1));
        Use(Narrow);
        Assert.Equal([new(1, 1)], Get(Narrow).Values.Select(value => value.Position));
        ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void A_thousand_rooms_at_once_have_their_values_each_read_once()
    {
        for (var i = 0; i < 1_000; i++) Store.Put(Chain($"P{i}", Near, i + 1));
        var before = Store.Reads.Sum();
        var clients = Enumerable.Range(0, 20).Select(i => Connect(sessionId: $"c{i}")).ToArray();
        for (var i = 0; i < 1_000; i++) clients[i % 20].Emit("subscribe", RequestFor(Room.Chain($"P{i}", Near)));
        foreach (var client in clients)
        {
            AwaitAssert(
                () => Assert.Equal(50, client.Sent.Count(line => line.StartsWith("chain_update ", StringComparison.Ordinal))),
                TimeSpan.FromSeconds(30));
        }

        Assert.Equal(1_000, Store.Reads.Sum() - before);
    }

    /// <summary>By a defect.</summary>
    private void Restart()
    {
        EventFilter.Exception<NullReferenceException>().Mute();
        Cache.Tell(new RoomEvent(Room.General, null!));
        SettleCache();
    }
}

using Akka.Actor;
using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Cache;

/// <summary>What a snapshot holds, where it comes from and when it is answered.</summary>
public class SnapshotSpecs(ITestOutputHelper output) : CacheSpec(output, new() { MaxRooms = 300 })
{
    [Fact]
    public void While_a_room_is_in_use_it_comes_from_memory()
    {
        var room = Room.Chain("NIFTY", Near);
        Use(room);
        Get(room);
        var reads = Store.Reads.Count;
        var chain = Chain("NIFTY", Near, 3);
        Bring(room, chain);
        Assert.Equal([chain], Get(room).Values);
        Assert.Equal(reads, Store.Reads.Count);
    }

    [Fact]
    public void A_room_that_was_given_up_knows_how_far_it_had_come()
    {
        var room = Room.Chain("NIFTY");
        Use(room);
        Bring(room, Chain("NIFTY", Near, 3));
        Cache.Tell(new LeaveRoom(room), TestActor);
        Tick((int)(new CacheSettings().Linger / Interval) + 1);
        Assert.Equal(1, Status.Rooms);

        Use(room);
        Ask(room, atLeast: new(1, 3));
        Assert.True(ExpectMsg<Snapshot>().IsComplete);
    }

    [Fact]
    public void What_no_topic_has_brought_comes_from_the_store()
    {
        var chain = Chain("NIFTY", Near, 3);
        Store.Put(chain);
        Use(Room.Chain("NIFTY", Near));
        Assert.Equal(chain.Position, Assert.Single(Get(Room.Chain("NIFTY", Near)).Values).Position);
    }

    [Fact]
    public void What_came_from_the_store_is_known_when_the_next_publisher_sends_it_again()
    {
        var (room, chain) = (Room.Chain("NIFTY", Near), Chain("NIFTY", Near, 3));
        Store.Put(chain);
        Use(room);
        Get(room);
        Assert.Equal(chain.Position, NodeUpdates.For(Sys).Repeats.Note(chain.Event, chain.Key, new(2, 1), chain.Hash));
    }

    [Fact]
    public void A_price_that_general_brought_needs_no_read_at_all()
    {
        var price = Price("NIFTY", 1);
        Bring(Room.General, price);
        var reads = Store.Reads.Count;
        Use(Room.Product("NIFTY"));
        Assert.Equal([price], Get(Room.Product("NIFTY")).Values);
        Assert.Equal(reads, Store.Reads.Count);
    }

    [Fact]
    public void Many_askers_share_a_read()
    {
        const int rooms = 200;
        for (var i = 0; i < rooms; i++) Store.Put(Chain($"P{i}", Near, i + 1));
        Store.Hold();
        var before = Store.Reads.Count;
        for (var i = 0; i < rooms; i++) Cache.Tell(new UseRoom(Room.Chain($"P{i}", Near), 1), TestActor);
        for (var i = 0; i < rooms; i++) ExpectMsg<RoomReady>();
        for (var i = 0; i < rooms; i++) Ask(Room.Chain($"P{i}", Near));
        SettleCache();
        Store.Release();
        for (var i = 0; i < rooms; i++) Assert.Single(ExpectMsg<Snapshot>().Values);
        // Those that came first, then 50 chains a read.
        Assert.InRange(Store.Reads.Count - before, 1, 6);
    }

    [Fact]
    public void A_read_is_shared_by_all_who_want_the_same_room()
    {
        Store.Put(Chain("NIFTY", Near, 1));
        Store.Hold();
        var before = Store.Reads.Count;
        Use(Room.Chain("NIFTY", Near));
        for (var i = 0; i < 50; i++) Ask(Room.Chain("NIFTY", Near));
        SettleCache();
        Store.Release();
        for (var i = 0; i < 50; i++) Assert.Single(ExpectMsg<Snapshot>().Values);
        Assert.Equal(1, Store.Reads.Count - before);
    }

    [Fact]
    public void It_waits_until_the_cache_has_seen_what_the_asker_has()
    {
        Use(Room.Product("NIFTY"));
        Ask(Room.Product("NIFTY"), wideAtLeast: new(1, 2));
        SettleCache();
        Bring(Room.General, Price("OTHER", 1));
        var price = Price("NIFTY", 2);
        Cache.Tell(new RoomEvent(Room.General, price));
        var snapshot = ExpectMsg<Snapshot>();
        Assert.Equal([price], snapshot.Values);
        Assert.True(snapshot.IsComplete);
    }

    [Fact]
    public void It_waits_for_a_second_and_then_says_that_something_may_be_missing()
    {
        Use(Room.Product("NIFTY"));
        Ask(Room.Product("NIFTY"), atLeast: new(1, 9));
        Tick(3);
        ExpectNoMsg(TimeSpan.Zero);
        Tick(2);
        Assert.False(ExpectMsg<Snapshot>().IsComplete);
    }

    [Fact]
    public void A_value_of_another_writer_is_better_than_none_and_worse_than_any_of_ours()
    {
        var foreign = Price("NIFTY", 0, epoch: 0);
        Assert.Equal(Position.None, foreign.Position);
        Store.Put(foreign);
        Use(Room.Product("NIFTY"));
        Assert.Equal(foreign.Payload, Assert.Single(Get(Room.Product("NIFTY")).Values).Payload);
        var ours = Price("NIFTY", 1);
        Bring(Room.Product("NIFTY"), ours);
        Assert.Equal([ours], Get(Room.Product("NIFTY")).Values);
    }

    [Fact]
    public void Generals_has_summaries_made_of_the_chains_in_the_store()
    {
        Store.Put(Chain("NIFTY", Near, 1));
        Use(Room.Product("X"));
        Tick(4);
        var summary = Assert.Single(Get(Room.General).Values);
        Assert.Equal(MarketEvent.ChainSummary, summary.Event);
        Assert.StartsWith("{\"product\":\"NIFTY\"", System.Text.Encoding.UTF8.GetString(summary.Payload.Span));
    }

    [Fact]
    public void With_the_store_down_there_is_what_memory_has_or_nothing_and_a_line_in_the_log()
    {
        Store.IsDown = true;
        Use(Room.Chain("NIFTY", Near));
        Ask(Room.Chain("NIFTY", Near));
        Tick(6);
        Assert.Empty(ExpectMsg<Snapshot>().Values);
        Tick(20);
        // However often it is tried, once in ten seconds.
        Assert.Single(Logs.Of("send_cached_data_error"));
        Store.Put(Chain("NIFTY", Near, 1));
        Store.IsDown = false;
        Tick(6);
        Assert.Equal(new(1, 1), ExpectMsg<OfferedValue>().Update.Position);
    }

    [Fact]
    public void There_is_a_limit_to_the_rooms_of_a_node()
    {
        for (var i = 1; i < 300; i++) Use(Room.Product($"P{i}"));
        Cache.Tell(new UseRoom(Room.Product("ONE_MORE"), 7), TestActor);
        Assert.Equal(new RoomRefused(Room.Product("ONE_MORE"), 7), ExpectMsg<RoomRefused>());
        Assert.Equal(300, Status.Rooms);
    }

    [Fact]
    public void A_room_is_listened_to_for_a_while_after_its_last_user()
    {
        var room = Room.Chain("NIFTY", Near);
        Use(room);
        Bring(room, Chain("NIFTY", Near, 1));
        Cache.Tell(new LeaveRoom(room), TestActor);
        Tick(19);
        Assert.Equal(2, Status.Rooms);
        Use(room);
        Tick(30);
        Assert.Single(Get(room).Values);
        Cache.Tell(new LeaveRoom(room), TestActor);
        Tick(20);
        Assert.Equal(1, Status.Rooms);
        Use(room);
        Assert.Empty(Get(room).Values);
    }
}

using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Cache;

/// <summary>What a snapshot holds, where it comes from, and when a room is ready for it.</summary>
public class SnapshotSpecs() : BookSpec(new() { MaxRooms = 300 })
{
    [Fact]
    public void The_snapshot_of_a_room_in_use_comes_from_memory()
    {
        Join(Narrow);
        var reads = Reads.Count;
        Deliver(Narrow, Chain("NIFTY", Near, 3));
        Assert.Equal([new(1, 3)], Get(Narrow).Select(it => it.Position));
        Assert.Equal(reads, Reads.Count);
    }

    [Fact]
    public void A_snapshot_holds_the_values_of_the_moment_when_it_is_read()
    {
        Join(Narrow);
        Deliver(Narrow, Chain("NIFTY", Near, 3));
        Book.GetSnapshot("user", Narrow, 9);
        Run();
        Deliver(Narrow, Chain("NIFTY", Near, 4));
        Assert.Equal([new(1, 4)], ((Snapshot)Told[^1].Answer).View.Read(static slot => slot.Update).Values.Select(it => it.Position));
    }

    [Fact]
    public void A_value_that_no_topic_has_delivered_comes_from_the_store()
    {
        Put(Chain("NIFTY", Near, 3));
        Join(Narrow);
        Assert.Equal([new(1, 3)], Get(Narrow).Select(it => it.Position));
    }

    [Fact]
    public void A_stored_value_is_recognised_when_the_next_publisher_repeats_it()
    {
        Put(Chain("NIFTY", Near, 3));
        Join(Narrow);
        var serial = Get(Narrow)[0].Serial;
        Assert.Equal(serial, Deliver(Narrow, Chain("NIFTY", Near, 3, epoch: 2)).ToSend?.Serial);
    }

    [Fact]
    public void A_room_whose_price_general_has_delivered_needs_no_read()
    {
        Deliver(Room.General, Price("NIFTY", 1));
        var reads = Reads.Count;
        Join(Room.Product("NIFTY"));
        Assert.Equal([new(1, 1)], Get(Room.Product("NIFTY")).Select(it => it.Position));
        Assert.Equal(reads, Reads.Count);
    }

    [Fact]
    public void Many_rooms_share_a_read_and_a_room_is_read_once_for_all_its_users()
    {
        const int Rooms = 200;
        for (var i = 0; i < Rooms; i++) Put(Chain($"P{i}", Near, i + 1));
        IsHeld = true;
        var before = Reads.Count;
        for (var i = 0; i < Rooms; i++)
            foreach (var user in new[] { "one", "other" }) Use(Room.Chain($"P{i}", Near), user);
        Assert.False(IsReady(Room.Chain("P0", Near), "one"));
        IsHeld = false;
        Run();
        // The one that came first, then 50 chains a read.
        Assert.InRange(Reads.Count - before, 1, 6);
        Assert.Equal(Rooms, Reads.Skip(before).Sum());
    }

    [Fact]
    public void New_topics_are_opened_one_window_at_a_time()
    {
        var window = new CacheSettings().SubscribeWindow;
        for (var i = 0; i < window + 2; i++) Use(Room.Product($"P{i}"));
        Assert.Equal(window, Ready().Count());
        // One subscribes, one goes away, and the others never come.
        Get(Room.Product("P0"));
        Leave(Room.Product("P1"));
        Run();
        Assert.Equal(window + 2, Ready().Count());
        for (var i = 0; i < window + 2; i++) Use(Room.Product($"Q{i}"));
        Assert.DoesNotContain("Q33", Ready());
        Tick(21);
        Assert.Contains("Q31", Ready());

        IEnumerable<string> Ready() => Told.Select(it => it.Answer).OfType<RoomReady>().Select(it => it.Room.Symbol!);
    }

    [Fact]
    public void A_value_of_another_program_is_used_only_until_there_is_a_published_one()
    {
        var foreign = Price("NIFTY", 0, epoch: 0);
        Put(foreign);
        Join(Room.Product("NIFTY"));
        Assert.Equal(foreign.Payload, Assert.Single(Get(Room.Product("NIFTY"))).Payload);
        Assert.Empty(Given);
        Deliver(Room.Product("NIFTY"), Price("NIFTY", 1));
        Assert.Equal([new(1, 1)], Get(Room.Product("NIFTY")).Select(it => it.Position));
        Tick(20);
        Assert.Equal([new(1, 1)], Get(Room.Product("NIFTY")).Select(it => it.Position));
    }

    [Fact]
    public void The_snapshot_of_general_has_summaries_of_the_chains_in_the_store()
    {
        Put(Chain("NIFTY", Near, 1));
        Join(Room.Product("X"));
        Tick(4);
        var summary = Assert.Single(Get(Room.General));
        Assert.Equal(MarketEvent.ChainSummary, summary.Event);
        Assert.StartsWith("{\"product\":\"NIFTY\"", System.Text.Encoding.UTF8.GetString(summary.Payload.Span));
    }

    [Fact]
    public void A_room_is_ready_after_a_second_without_the_store_and_gets_its_value_later()
    {
        IsDown = true;
        Use(Narrow);
        Tick(3);
        Assert.False(IsReady(Narrow));
        Tick(2);
        Assert.True(IsReady(Narrow));
        Assert.Empty(Get(Narrow));
        Assert.False(LastSnapshot.IsComplete);
        Put(Chain("NIFTY", Near, 1));
        IsDown = false;
        Tick(6);
        Assert.Contains(new Position(1, 1), Given.Select(it => it.Position));
        Get(Narrow);
        Assert.True(LastSnapshot.IsComplete);
    }

    [Fact]
    public void On_a_new_node_a_chains_room_waits_for_the_expiries_that_the_store_has()
    {
        Put(Chain("NIFTY", Near, 1), Chain("NIFTY", Far, 2));
        Order = new(Time);
        Start();
        Use(Wide);
        Assert.False(IsReady(Wide));
        Book.HearGeneral();
        Run();
        Assert.True(IsReady(Wide));
        Assert.Equal(2, Get(Wide).Count);
        Assert.True(LastSnapshot.IsComplete);
    }

    [Fact]
    public void The_number_of_rooms_of_a_node_is_limited()
    {
        for (var i = 1; i < 300; i++) Use(Room.Product($"P{i}"));
        var token = Use(Room.Product("ONE_MORE"));
        Assert.Equal(("user", new RoomRefused(Room.Product("ONE_MORE"), token, 300)), Told[^1]);
        Assert.Equal(300, Book.Count);
    }

    [Fact]
    public void A_room_is_kept_for_a_while_after_its_last_user()
    {
        Join(Narrow);
        Deliver(Narrow, Chain("NIFTY", Near, 1));
        Leave(Narrow);
        Tick(19);
        Assert.Equal(2, Book.Count);
        Join(Narrow);
        Tick(30);
        Assert.Single(Get(Narrow));
        Leave(Narrow);
        Tick(20);
        Assert.Equal(1, Book.Count);
        var reads = Reads.Count;
        Join(Narrow);
        Assert.Equal(reads + 1, Reads.Count);
    }

    [Fact]
    public void A_forgotten_room_that_is_joined_again_holds_nothing_older_than_before_although_the_store_does()
    {
        Put(Chain("NIFTY", Near, 3));
        Join(Narrow);
        // Redis refuses to store this one.
        var newest = Chain("NIFTY", Near, 4);
        Deliver(Narrow, newest);
        Forget(Narrow);
        Assert.Equal([newest.Position], Join(Narrow));
        // The topic delivers nothing while the room is forgotten, so the store is asked, and what it has is used if it is newer.
        Forget(Narrow);
        Put(Chain("NIFTY", Near, 9));
        Assert.Equal([new(1, 9)], Join(Narrow));
        Forget(Narrow);
        // A value that is too old to be sent is too old to be kept.
        Tick(250);
        Assert.Empty(Join(Narrow));

        void Forget(Room room)
        {
            Leave(room);
            Tick(21);
            Assert.Equal(1, Book.Count);
        }

        Position[] Join(Room room)
        {
            Use(room);
            return [.. Get(room).Select(it => it.Position)];
        }
    }

    [Fact]
    public void What_a_forgotten_room_had_is_given_to_its_next_user_if_the_snapshot_came_too_early()
    {
        Join(Narrow);
        Deliver(Narrow, Chain("NIFTY", Near, 4));
        Leave(Narrow);
        Tick(21);
        Use(Narrow, "next");
        Tick(3);
        Assert.Equal([new(1, 4)], Given.Select(it => it.Position));
    }

    [Fact]
    public void Products_are_those_with_a_value_of_any_kind()
    {
        Deliver(Room.General, Price("b", 1));
        Put(Chain("C", Near, 2));
        Book.EndGap();
        Run();
        Assert.Equal(["C", "b"], Book.Products());
        Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Empty(Book.Products());
    }
}

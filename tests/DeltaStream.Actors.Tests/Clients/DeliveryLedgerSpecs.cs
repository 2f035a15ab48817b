using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>What of the stream, of snapshots and of offers a client in its rooms is sent.</summary>
public class DeliveryLedgerSpecs : LedgerSpec
{
    [Theory]
    [InlineData("general", "product:A")]
    [InlineData("product:A", "product:A")]
    [InlineData("chain:A", "chain:A:2026-11-26")]
    [InlineData("chain:A:2026-11-26", "chain:A:2026-11-26")]
    public void What_a_value_from_the_store_has_overtaken_is_superseded_and_counted(string roomName, string narrowName)
    {
        var (room, narrow) = (Parse(roomName), Parse(narrowName));
        Enter(room);
        Assert.True(Ledger.Receive(room, Update(narrow, 1)));
        Assert.Equal(OfferResult.Deliver, Ledger.Offer(room, Update(narrow, 4), new(1, 1), 1));
        for (var sequence = 2; sequence <= 4; sequence++) Assert.False(Ledger.Receive(room, Update(narrow, sequence)));
        Assert.Equal(2, Ledger.TakeOvertaken());
        Assert.True(Ledger.Receive(room, Update(narrow, 5)));
        Assert.Equal(0, Ledger.TakeOvertaken());
    }

    [Fact]
    public void A_snapshot_answers_a_request_with_the_value_the_client_has()
    {
        Enter(Room.General);
        Assert.True(Ledger.Receive(Room.General, Update(Product, 1)));
        Assert.Equal([1], Complete(Begin(Product), Update(Product, 1)));
    }

    [Fact]
    public void A_snapshot_never_goes_behind_what_was_sent()
    {
        Enter(Product);
        Assert.True(Ledger.Receive(Product, Update(Product, 2)));
        var joined = Ledger.Find(Product)!;
        Ledger.BeginSnapshot(joined);
        Assert.Empty(Complete(joined, Update(Product, 1)));
    }

    [Fact]
    public void A_snapshot_that_may_not_know_what_the_client_had_is_not_sent()
    {
        Enter(Room.General);
        Assert.True(Ledger.Receive(Room.General, Update(Product, 5)));
        var joined = Begin(Product);
        var due = new List<MarketUpdate>();
        Ledger.Complete(joined, [Update(Product, 4)], isComplete: false, Position.None, 0, due);
        Assert.Empty(due);
    }

    [Fact]
    public void What_comes_before_the_snapshot_waits_for_it_and_supersedes_it()
    {
        var joined = Begin(Narrow);
        Assert.False(Ledger.Receive(Narrow, Update(Narrow, 2)));
        Assert.False(Ledger.Receive(Narrow, Update(Narrow, 3)));
        Assert.Equal([3], Complete(joined, Update(Narrow, 1)));
        Assert.True(Ledger.Receive(Narrow, Update(Narrow, 4)));
    }

    [Fact]
    public void A_snapshot_ahead_of_the_topic_is_remembered_until_the_topic_has_passed_it()
    {
        var joined = Begin(Wide);
        Assert.Equal([7], Complete(joined, Update(Narrow, 7)));
        Assert.Equal(1, joined.Marks);
        Assert.True(Ledger.Receive(Wide, Update(Room.Chain("A", "2026-12-31"), 6)));
        Assert.False(Ledger.Receive(Wide, Update(Narrow, 7)));
        Assert.Equal(0, joined.Marks);
        Assert.True(Ledger.Receive(Wide, Update(Narrow, 8)));
    }

    [Fact]
    public void General_keeps_no_table_of_keys()
    {
        Enter(Room.General);
        for (var i = 1; i <= 1_000; i++) Assert.True(Ledger.Receive(Room.General, Update(Room.Product($"P{i}"), i)));
        Assert.Equal(0, Ledger.Find(Room.General)!.Marks);
    }

    [Fact]
    public void A_new_bridge_counts_from_one_and_is_believed_the_old_one_is_not()
    {
        Enter(Product);
        Assert.True(Ledger.Receive(Product, Update(Product, 100, epoch: 1)));
        Assert.True(Ledger.Receive(Product, Update(Product, 1, epoch: 2)));
        Assert.False(Ledger.Receive(Product, Update(Product, 101, epoch: 1)));
    }

    [Fact]
    public void A_new_bridges_repeat_is_not_sent_but_counts()
    {
        Enter(Room.General);
        Enter(Product);
        Assert.True(Ledger.Receive(Room.General, Update(Product, 5, epoch: 1)));
        var repeat = new MarketUpdate(MarketEvent.UnderlyingUpdate, ConflationKey.Underlying("A"), new(2, 1), default, 5, 0) { RepeatOf = new(1, 5) };
        Assert.False(Ledger.Receive(Room.General, repeat));
        Assert.False(Ledger.Receive(Product, repeat));
        Assert.False(Ledger.Receive(Product, Update(Product, 6, epoch: 1)));
        Assert.True(Ledger.Receive(Product, Update(Product, 2, epoch: 2)));
    }

    [Fact]
    public void A_summary_is_another_update_than_its_chain()
    {
        Enter(Room.General);
        Enter(Narrow);
        var chain = Update(Narrow, 1);
        Assert.True(Ledger.Receive(Room.General, new(MarketEvent.ChainSummary, chain.Key, chain.Position, default, 0, 0)));
        Assert.True(Ledger.Receive(Narrow, chain));
    }

    [Fact]
    public void A_value_read_late_is_sent_unless_the_client_may_be_ahead_of_the_reader()
    {
        Enter(Room.General);
        Assert.True(Ledger.Receive(Room.General, Update(Product, 5)));
        var missed = Update(Room.Product("B"), 3);
        Assert.Equal(OfferResult.AskAgain, Ledger.Offer(Room.General, missed, new(1, 4), 1));
        Assert.Equal(OfferResult.Deliver, Ledger.Offer(Room.General, missed, new(1, 5), 2));
    }

    [Fact]
    public void A_value_read_ahead_of_the_topic_does_not_come_again_over_it()
    {
        Enter(Room.General);
        var early = Update(Product, 5);
        Assert.Equal(OfferResult.Deliver, Ledger.Offer(Room.General, early, Position.None, 1));
        Assert.Equal(OfferResult.Drop, Ledger.Offer(Room.General, early, Position.None, 2));
        Assert.False(Ledger.Receive(Room.General, early));
    }

    [Fact]
    public void An_offer_that_the_snapshot_held_is_dropped()
    {
        var joined = Begin(Room.General);
        var due = new List<MarketUpdate>();
        Ledger.Complete(joined, [Update(Product, 1)], isComplete: true, new(1, 9), serial: 4, due);
        Assert.Equal(OfferResult.Drop, Ledger.Offer(Room.General, Update(Product, 1), new(1, 9), 4));
    }

    [Fact]
    public void Nothing_of_a_room_that_was_left_is_sent()
    {
        Enter(Product);
        Assert.True(Ledger.Leave(Product));
        Assert.False(Ledger.Leave(Product));
        Assert.False(Ledger.Receive(Product, Update(Product, 1)));
        Assert.Equal(OfferResult.Drop, Ledger.Offer(Product, Update(Product, 1), Position.None, 1));
        Assert.Equal(0, Ledger.Count);
    }

    [Fact]
    public void Rooms_cover_what_they_are_for()
    {
        Enter(Wide);
        Assert.True(Ledger.Covers(Update(Narrow, 1)));
        Assert.False(Ledger.Covers(Update(Product, 1)));
        Enter(Product);
        Assert.True(Ledger.Covers(Update(Product, 1)));
        Assert.Equal(["chain:A", "product:A"], Ledger.Rooms.Select(room => room.Room.Name));
    }
}

using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Clients;

public class DeliveryLedgerSpecs
{
    private const string Expiry = "2026-11-26";
    private static readonly Room Product = Room.Product("A");
    private static readonly Room Wide = Room.Chain("A");
    private static readonly Room Narrow = Room.Chain("A", Expiry);

    private readonly DeliveryLedger _ledger = new();

    public static TheoryData<string, string> Overlaps => new() { { "general", "product:A" }, { "chain:A", $"chain:A:{Expiry}" } };

    [Theory]
    [MemberData(nameof(Overlaps))]
    public void Of_two_copies_the_first_is_sent_whichever_it_is(string wideName, string narrowName)
    {
        var (wide, narrow) = (Parse(wideName), Parse(narrowName));
        Enter(wide);
        Enter(narrow);
        Assert.Equal([true, false], Both(wide, narrow, Update(narrow, 1)));
        Assert.Equal([true, false], Both(narrow, wide, Update(narrow, 2)));
    }

    [Theory]
    [MemberData(nameof(Overlaps))]
    public void An_older_copy_behind_a_newer_one_is_superseded(string wideName, string narrowName)
    {
        var (wide, narrow) = (Parse(wideName), Parse(narrowName));
        Enter(wide);
        Enter(narrow);
        Assert.True(_ledger.Receive(narrow, Update(narrow, 1)));
        Assert.True(_ledger.Receive(narrow, Update(narrow, 2)));
        Assert.False(_ledger.Receive(wide, Update(narrow, 1)));
        Assert.False(_ledger.Receive(wide, Update(narrow, 2)));
        Assert.True(_ledger.Receive(wide, Update(narrow, 3)));
    }

    [Theory]
    [InlineData("general", "product:A")]
    [InlineData("product:A", "product:A")]
    [InlineData("chain:A", "chain:A:2026-11-26")]
    [InlineData("chain:A:2026-11-26", "chain:A:2026-11-26")]
    public void What_a_value_from_the_store_has_overtaken_is_superseded_and_counted(string roomName, string narrowName)
    {
        var (room, narrow) = (Parse(roomName), Parse(narrowName));
        Enter(room);
        Assert.True(_ledger.Receive(room, Update(narrow, 1)));
        Assert.Equal(OfferResult.Deliver, _ledger.Offer(room, Update(narrow, 4), new(1, 1), 1));
        for (var sequence = 2; sequence <= 4; sequence++) Assert.False(_ledger.Receive(room, Update(narrow, sequence)));
        Assert.Equal(2, _ledger.TakeOvertaken());
        Assert.True(_ledger.Receive(room, Update(narrow, 5)));
        Assert.Equal(0, _ledger.TakeOvertaken());
    }

    [Theory]
    [MemberData(nameof(Overlaps))]
    public void A_second_copy_is_not_counted_as_superseded(string wideName, string narrowName)
    {
        var (wide, narrow) = (Parse(wideName), Parse(narrowName));
        Enter(wide);
        Enter(narrow);
        foreach (var first in new[] { wide, narrow })
        {
            var from = first == wide ? 1 : 3;
            Assert.True(_ledger.Receive(first, Update(narrow, from)));
            Assert.True(_ledger.Receive(first, Update(narrow, from + 1)));
            foreach (var sequence in new[] { from, from + 1 }) Assert.False(_ledger.Receive(first == wide ? narrow : wide, Update(narrow, sequence)));
        }
        Assert.Equal(0, _ledger.TakeOvertaken());
    }

    [Theory]
    [MemberData(nameof(Overlaps))]
    public void Leaving_the_narrow_room_does_not_bring_its_last_value_again_over_the_wide_one(string wideName, string narrowName)
    {
        var (wide, narrow) = (Parse(wideName), Parse(narrowName));
        Enter(wide);
        Enter(narrow);
        Assert.True(_ledger.Receive(narrow, Update(narrow, 1)));
        _ledger.Leave(narrow);
        Assert.False(_ledger.Receive(wide, Update(narrow, 1)));
        Assert.True(_ledger.Receive(wide, Update(narrow, 2)));
    }

    [Theory]
    [MemberData(nameof(Overlaps))]
    public void Leaving_the_wide_room_does_not_bring_its_last_value_again_over_the_narrow_one(string wideName, string narrowName)
    {
        var (wide, narrow) = (Parse(wideName), Parse(narrowName));
        Enter(wide);
        Enter(narrow);
        Assert.True(_ledger.Receive(wide, Update(narrow, 1)));
        _ledger.Leave(wide);
        Assert.False(_ledger.Receive(narrow, Update(narrow, 1)));
        Assert.True(_ledger.Receive(narrow, Update(narrow, 2)));
    }

    [Theory]
    [MemberData(nameof(Overlaps))]
    public void Joining_the_narrow_room_in_mid_stream_brings_nothing_twice(string wideName, string narrowName)
    {
        var (wide, narrow) = (Parse(wideName), Parse(narrowName));
        Enter(wide);
        Assert.True(_ledger.Receive(wide, Update(narrow, 1)));
        var joined = Begin(narrow);
        Assert.True(_ledger.Receive(wide, Update(narrow, 2)));
        Assert.False(_ledger.Receive(narrow, Update(narrow, 2)));
        Assert.False(_ledger.Receive(narrow, Update(narrow, 3)));
        // The snapshot is behind what came meanwhile: only what nobody sent yet goes out.
        Assert.Equal([3], Complete(joined, Update(narrow, 2)));
        Assert.False(_ledger.Receive(wide, Update(narrow, 3)));
    }

    [Fact]
    public void A_snapshot_answers_a_request_with_the_value_the_client_has()
    {
        Enter(Room.General);
        Assert.True(_ledger.Receive(Room.General, Update(Product, 1)));
        Assert.Equal([1], Complete(Begin(Product), Update(Product, 1)));
    }

    [Fact]
    public void A_snapshot_never_goes_behind_what_was_sent()
    {
        Enter(Product);
        Assert.True(_ledger.Receive(Product, Update(Product, 2)));
        var joined = _ledger.Find(Product)!;
        _ledger.BeginSnapshot(joined);
        Assert.Empty(Complete(joined, Update(Product, 1)));
    }

    [Fact]
    public void A_snapshot_that_may_not_know_what_the_client_had_is_not_sent()
    {
        Enter(Room.General);
        Assert.True(_ledger.Receive(Room.General, Update(Product, 5)));
        var joined = Begin(Product);
        var due = new List<MarketUpdate>();
        _ledger.Complete(joined, [Update(Product, 4)], isComplete: false, Position.None, 0, due);
        Assert.Empty(due);
    }

    [Fact]
    public void What_comes_before_the_snapshot_waits_for_it_and_supersedes_it()
    {
        var joined = Begin(Narrow);
        Assert.False(_ledger.Receive(Narrow, Update(Narrow, 2)));
        Assert.False(_ledger.Receive(Narrow, Update(Narrow, 3)));
        Assert.Equal([3], Complete(joined, Update(Narrow, 1)));
        Assert.True(_ledger.Receive(Narrow, Update(Narrow, 4)));
    }

    [Fact]
    public void A_snapshot_ahead_of_the_topic_is_remembered_until_the_topic_has_passed_it()
    {
        var joined = Begin(Wide);
        Assert.Equal([7], Complete(joined, Update(Narrow, 7)));
        Assert.Equal(1, joined.Marks);
        Assert.True(_ledger.Receive(Wide, Update(Room.Chain("A", "2026-12-31"), 6)));
        Assert.False(_ledger.Receive(Wide, Update(Narrow, 7)));
        Assert.Equal(0, joined.Marks);
        Assert.True(_ledger.Receive(Wide, Update(Narrow, 8)));
    }

    [Fact]
    public void General_keeps_no_table_of_keys()
    {
        Enter(Room.General);
        for (var i = 1; i <= 1_000; i++) Assert.True(_ledger.Receive(Room.General, Update(Room.Product($"P{i}"), i)));
        Assert.Equal(0, _ledger.Find(Room.General)!.Marks);
    }

    [Fact]
    public void A_new_bridge_counts_from_one_and_is_believed_the_old_one_is_not()
    {
        Enter(Product);
        Assert.True(_ledger.Receive(Product, Update(Product, 100, epoch: 1)));
        Assert.True(_ledger.Receive(Product, Update(Product, 1, epoch: 2)));
        Assert.False(_ledger.Receive(Product, Update(Product, 101, epoch: 1)));
    }

    [Fact]
    public void A_new_bridges_repeat_is_not_sent_but_counts()
    {
        Enter(Room.General);
        Enter(Product);
        Assert.True(_ledger.Receive(Room.General, Update(Product, 5, epoch: 1)));
        var repeat = new MarketUpdate(MarketEvent.UnderlyingUpdate, ConflationKey.Underlying("A"), new(2, 1), default, 5, 0) { RepeatOf = new(1, 5) };
        Assert.False(_ledger.Receive(Room.General, repeat));
        Assert.False(_ledger.Receive(Product, repeat));
        Assert.False(_ledger.Receive(Product, Update(Product, 6, epoch: 1)));
        Assert.True(_ledger.Receive(Product, Update(Product, 2, epoch: 2)));
    }

    [Fact]
    public void A_summary_is_another_update_than_its_chain()
    {
        Enter(Room.General);
        Enter(Narrow);
        var chain = Update(Narrow, 1);
        Assert.True(_ledger.Receive(Room.General, new(MarketEvent.ChainSummary, chain.Key, chain.Position, default, 0, 0)));
        Assert.True(_ledger.Receive(Narrow, chain));
    }

    [Fact]
    public void A_value_read_late_is_sent_unless_the_client_may_be_ahead_of_the_reader()
    {
        Enter(Room.General);
        Assert.True(_ledger.Receive(Room.General, Update(Product, 5)));
        var missed = Update(Room.Product("B"), 3);
        Assert.Equal(OfferResult.AskAgain, _ledger.Offer(Room.General, missed, new(1, 4), 1));
        Assert.Equal(OfferResult.Deliver, _ledger.Offer(Room.General, missed, new(1, 5), 2));
    }

    [Fact]
    public void A_value_read_ahead_of_the_topic_does_not_come_again_over_it()
    {
        Enter(Room.General);
        var early = Update(Product, 5);
        Assert.Equal(OfferResult.Deliver, _ledger.Offer(Room.General, early, Position.None, 1));
        Assert.Equal(OfferResult.Drop, _ledger.Offer(Room.General, early, Position.None, 2));
        Assert.False(_ledger.Receive(Room.General, early));
    }

    [Fact]
    public void An_offer_that_the_snapshot_held_is_dropped()
    {
        var joined = Begin(Room.General);
        var due = new List<MarketUpdate>();
        _ledger.Complete(joined, [Update(Product, 1)], isComplete: true, new(1, 9), serial: 4, due);
        Assert.Equal(OfferResult.Drop, _ledger.Offer(Room.General, Update(Product, 1), new(1, 9), 4));
    }

    [Fact]
    public void Nothing_of_a_room_that_was_left_is_sent()
    {
        Enter(Product);
        Assert.True(_ledger.Leave(Product));
        Assert.False(_ledger.Leave(Product));
        Assert.False(_ledger.Receive(Product, Update(Product, 1)));
        Assert.Equal(OfferResult.Drop, _ledger.Offer(Product, Update(Product, 1), Position.None, 1));
        Assert.Equal(0, _ledger.Count);
    }

    [Fact]
    public void Rooms_cover_what_they_are_for()
    {
        Enter(Wide);
        Assert.True(_ledger.Covers(Update(Narrow, 1)));
        Assert.False(_ledger.Covers(Update(Product, 1)));
        Enter(Product);
        Assert.True(_ledger.Covers(Update(Product, 1)));
        Assert.Equal(["chain:A", "product:A"], _ledger.Rooms.Select(room => room.Room.Name));
    }

    [Theory]
    [InlineData("general", "general")]
    [InlineData("general", "product:A")]
    [InlineData("chain:A", "chain:A")]
    [InlineData("chain:A", "chain:A:2026-11-26")]
    public void Who_left_a_wide_room_and_comes_back_asks_for_no_less_than_it_had_there(string leftName, string joinedName)
    {
        var (left, joined) = (Parse(leftName), Parse(joinedName));
        Enter(left);
        Assert.True(_ledger.Receive(left, Update(left == Room.General ? Product : Narrow, 7)));
        _ledger.Leave(left);

        var (room, wide) = _ledger.BeginSnapshot(_ledger.Join(joined));
        Assert.Equal(new Position(1, 7), left.Equals(joined) ? room : wide);
    }

    [Fact]
    public void Who_comes_back_to_general_and_then_to_a_narrow_room_asks_for_no_less_than_it_had()
    {
        Enter(Room.General);
        Assert.True(_ledger.Receive(Room.General, Update(Product, 7)));
        _ledger.Leave(Room.General);
        _ledger.Join(Room.General);

        Assert.Equal(new Position(1, 7), _ledger.BeginSnapshot(_ledger.Join(Product)).Wide);
    }

    private static Room Parse(string name) => Room.TryParse(name, out var room) ? room! : throw new ArgumentException(name);

    private static MarketUpdate Update(Room narrow, long sequence, long epoch = 1)
    {
        var key = narrow.SingleKey!.Value;
        return new(Actors.Cache.LastValueCache.EventOf(key), key, new(epoch, sequence), default, (ulong)sequence, 0);
    }

    private List<bool> Both(Room first, Room second, MarketUpdate update) => [_ledger.Receive(first, update), _ledger.Receive(second, update)];

    private void Enter(Room room) => Complete(Begin(room));

    private JoinedRoom Begin(Room room)
    {
        var joined = _ledger.Join(room);
        _ledger.BeginSnapshot(joined);
        return joined;
    }

    private IEnumerable<long> Complete(JoinedRoom joined, params MarketUpdate[] values)
    {
        var due = new List<MarketUpdate>();
        _ledger.Complete(joined, values, isComplete: true, Position.None, 0, due);
        return due.Select(update => update.Position.Sequence);
    }
}

using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>What a client has had on one node it is not sent again on the next.</summary>
public class MovedLedgerSpecs
{
    private static readonly Room Narrow = Room.Chain("A", "2026-11-26");
    private static readonly Room Wide = Room.Chain("A");

    private readonly DeliveryLedger _first = new();

    [Fact]
    public void The_snapshot_after_a_move_brings_only_what_is_newer()
    {
        var (had, newer) = (Chain("2026-11-26", 5), Chain("2026-12-31", 6));
        Enter(_first, Wide);
        Assert.True(_first.Receive(Wide, had));
        var second = Move();
        Assert.Equal([newer], Complete(second, Wide, had, newer));
        Assert.False(second.Receive(Wide, newer));
        Assert.True(second.Receive(Wide, Chain("2026-11-26", 7)));
    }

    [Fact]
    public void Of_a_narrow_room_too_whichever_room_the_value_came_over()
    {
        var had = Chain("2026-11-26", 5);
        Enter(_first, Wide);
        Enter(_first, Narrow);
        Assert.True(_first.Receive(Wide, had));
        var second = Move();
        Assert.Empty(Complete(second, Narrow, had));
        Assert.Empty(Complete(second, Wide, had));
        Assert.False(second.Receive(Narrow, had));
    }

    [Fact]
    public void What_came_ahead_of_the_topic_does_not_come_again_over_it()
    {
        var ahead = Chain("2026-11-26", 9);
        Enter(_first, Wide);
        Assert.Equal(OfferResult.Deliver, _first.Offer(Wide, ahead, Position.None, 1));
        var second = Move();
        Assert.Empty(Complete(second, Wide));
        Assert.True(second.Receive(Wide, Chain("2026-12-31", 8)));
        Assert.False(second.Receive(Wide, ahead));
    }

    [Fact]
    public void What_a_room_that_was_just_left_had_brought_goes_along()
    {
        var had = Chain("2026-11-26", 5);
        Enter(_first, Narrow);
        Assert.True(_first.Receive(Narrow, had));
        _first.Leave(Narrow);
        var second = Move();
        Assert.Equal(had.Position, second.Join(Narrow).Delivered);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Under_a_new_publishers_position_it_is_known_again(bool isWide)
    {
        var room = isWide ? Wide : Narrow;
        Enter(_first, room);
        Assert.True(_first.Receive(room, Chain("2026-11-26", 5)));
        // The other node has heard the new publisher before the client came, or hears it while the client waits for the snapshot.
        Assert.Empty(Complete(Move(), room, Repeat(5)));
        var second = Move();
        second.BeginSnapshot(second.Find(room)!);
        Assert.False(second.Receive(room, Repeat(5)));
        Assert.Empty(Complete(second, room));
        // Of a value that the client had not had yet this one is the first copy.
        Assert.Equal([Repeat(6).Position], Complete(Move(), room, Repeat(6)).Select(update => update.Position));
    }

    [Fact]
    public void A_repeated_subscribe_after_the_move_is_answered_with_what_the_client_has()
    {
        var had = Chain("2026-11-26", 5);
        Enter(_first, Narrow);
        Assert.True(_first.Receive(Narrow, had));
        var second = Move();
        Assert.Empty(Complete(second, Narrow, had));
        Assert.Equal([had], Complete(second, Narrow, had));
    }

    [Fact]
    public void A_chain_that_waited_and_did_not_come_along_comes_with_the_snapshot_and_the_others_do_not_come_again()
    {
        var (had, waits) = (Chain("2026-11-26", 7), Chain("2026-12-31", 6));
        Enter(_first, Wide);
        Assert.True(_first.Receive(Wide, waits));
        Assert.True(_first.Receive(Wide, had));
        Assert.Equal([waits], Complete(Move(waits), Wide, had, waits));

        // Or one that is newer, but none that the client may have had before.
        var newer = Chain("2026-12-31", 9);
        Assert.Equal([newer], Complete(Move(waits), Wide, had, newer));
        Assert.Empty(Complete(Move(waits), Wide, had, Chain("2026-12-31", 5)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_comes_once_over_both_of_its_rooms(bool wideFirst)
    {
        var waits = Chain("2026-11-26", 6);
        Enter(_first, Wide);
        Enter(_first, Narrow);
        Assert.True(_first.Receive(Wide, waits));
        Assert.False(_first.Receive(Narrow, waits));
        var second = Move(waits);
        Assert.Equal([waits], Complete(second, wideFirst ? Wide : Narrow, waits));
        Assert.Empty(Complete(second, wideFirst ? Narrow : Wide, waits));
        Assert.False(second.Receive(Narrow, waits));
        Assert.True(second.Receive(Narrow, Chain("2026-11-26", 8)));
    }

    [Fact]
    public void It_comes_over_the_topic_of_its_room_or_from_the_cache_where_the_snapshot_was_too_early()
    {
        var waits = Chain("2026-11-26", 6);
        Enter(_first, Narrow);
        Assert.True(_first.Receive(Narrow, waits));
        var overTopic = Move(waits);
        Assert.Empty(Complete(overTopic, Narrow, Chain("2026-11-26", 4)));
        Assert.True(overTopic.Receive(Narrow, waits));
        Assert.False(overTopic.Receive(Narrow, waits));
        var offered = Move(waits);
        Assert.Empty(Complete(offered, Narrow));
        Assert.Equal(OfferResult.Deliver, offered.Offer(Narrow, waits, waits.Position, 1));
    }

    [Fact]
    public void It_is_known_under_a_new_publishers_position()
    {
        var waits = Repeat(5);
        Enter(_first, Wide);
        Complete(_first, Wide, waits);
        Assert.Equal([Repeat(5).Position], Complete(Move(waits), Wide, Repeat(5)).Select(update => update.Position));
    }

    private static void Enter(DeliveryLedger ledger, Room room)
    {
        ledger.Join(room);
        Complete(ledger, room);
    }

    private static List<MarketUpdate> Complete(DeliveryLedger ledger, Room room, params MarketUpdate[] values)
    {
        var (joined, due) = (ledger.Find(room)!, new List<MarketUpdate>());
        ledger.BeginSnapshot(joined);
        ledger.Complete(joined, values, isComplete: true, Position.None, 0, due);
        return due;
    }

    private static MarketUpdate Chain(string expiry, long sequence) =>
        new(MarketEvent.ChainUpdate, ConflationKey.Chain("A", expiry), new(1, sequence), default, (ulong)sequence, 0);

    private static MarketUpdate Repeat(long of) =>
        new(MarketEvent.ChainUpdate, ConflationKey.Chain("A", "2026-11-26"), new(2, 1), default, (ulong)of, 0) { RepeatOf = new(1, of) };

    private DeliveryLedger Move(params MarketUpdate[] waiting)
    {
        var owed = new OwedChains();
        foreach (var chain in waiting) owed.Add(chain);
        var second = new DeliveryLedger { Left = _first.Left };
        foreach (var joined in _first.Rooms) second.Restore(joined.Move(owed), owed);
        return second;
    }
}

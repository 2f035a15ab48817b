using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;

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

    private DeliveryLedger Move()
    {
        var second = new DeliveryLedger { Left = _first.Left };
        foreach (var joined in _first.Rooms) second.Restore(joined.Move());
        return second;
    }
}

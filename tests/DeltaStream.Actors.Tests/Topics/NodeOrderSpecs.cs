using System.Text;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Actors.Tests.Topics;

/// <summary>The node's one order: which copy is delivered to which room, and under which serial.</summary>
public class NodeOrderSpecs
{
    private static readonly ConflationKey Key = ConflationKey.Chain("NIFTY", "2026-11-26");
    private static readonly Room Wide = Room.Chain("NIFTY");
    private static readonly Room Narrow = Room.Chain("NIFTY", "2026-11-26");

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly NodeOrder _order;

    public NodeOrderSpecs()
    {
        _order = new(_time);
        foreach (var room in new[] { Room.General, Wide, Narrow }) _order.Ready(_order.Use(room));
    }

    [Fact]
    public void Each_room_gets_an_update_once_and_all_rooms_get_the_same_object()
    {
        var first = Take(Wide, 1, 7);
        Assert.NotNull(first);
        Assert.Null(Take(Wide, 1, 7));
        Assert.Same(first, Take(Narrow, 1, 7));
        Assert.Null(Take(Narrow, 1, 7));
    }

    [Fact]
    public void Each_new_update_has_the_next_serial()
    {
        var serials = new[] { Take(Wide, 1, 1)!.Serial, Take(Wide, 1, 2)!.Serial, Take(Room.General, 1, 2, @event: MarketEvent.ChainSummary)!.Serial };
        Assert.Equal(serials.Order().Distinct(), serials);
    }

    [Fact]
    public void The_last_bytes_under_a_new_epoch_are_a_repeat()
    {
        var first = Take(Wide, 1, 7, hash: 10);
        Assert.Null(Take(Wide, 2, 1, hash: 10));
        // The narrow room did not get the update before, so the repeat is its first copy.
        Assert.Same(first, Take(Narrow, 2, 1, hash: 10));
        Assert.Null(Take(Wide, 3, 1, hash: 10));
    }

    [Fact]
    public void The_same_bytes_under_the_same_epoch_are_a_new_update()
    {
        Take(Wide, 1, 7, hash: 10);
        Assert.NotNull(Take(Wide, 1, 8, hash: 10));
    }

    [Fact]
    public void After_a_successors_repeat_a_late_update_of_the_predecessor_is_dropped()
    {
        Take(Wide, 1, 7, hash: 10);
        Take(Wide, 2, 1, hash: 10);
        Assert.Null(Take(Wide, 1, 8, hash: 11));
    }

    [Fact]
    public void The_new_publishers_epoch_counts_before_its_sequence()
    {
        Take(Wide, 1, 100);
        Assert.NotNull(Take(Wide, 2, 1, hash: 11));
        Assert.Null(Take(Wide, 1, 101, hash: 12));
    }

    [Theory]
    [InlineData(10UL, 5, 0, false)]
    [InlineData(99UL, 4, 0, false)]
    [InlineData(99UL, 6, 0, true)]
    [InlineData(99UL, 4, 2, true)]
    [InlineData(99UL, 4, 0.4, false)]
    [InlineData(99UL, 4, 0.5, true)]
    // A successor that was paused received late what the node has long had.
    [InlineData(10UL, 5, 0.5, false)]
    [InlineData(10UL, 5, 0.9, false)]
    [InlineData(10UL, 5, 2, true)]
    public void In_a_takeover_an_older_value_is_dropped_by_its_hash_or_for_half_a_second_by_its_timestamp(ulong hash, int timestamp, double secondsLater, bool isNew)
    {
        Take(Wide, 1, 7, hash: 10, timestamp: 5);
        Take(Wide, 1, 8, hash: 11, timestamp: 5);
        _order.Begin(2);
        _time.Advance(TimeSpan.FromSeconds(secondsLater));
        Assert.Equal(isNew, Take(Wide, 2, 1, hash, timestamp) is not null);
        // The second copy gets the same decision.
        Assert.Equal(isNew, Take(Narrow, 2, 1, hash, timestamp) is not null);
    }

    [Fact]
    public void The_next_update_of_a_lagging_successor_is_recognised_as_a_repeat()
    {
        Take(Wide, 1, 7, hash: 10);
        Take(Wide, 1, 8, hash: 11);
        Assert.Null(Take(Wide, 2, 1, hash: 10));
        Assert.Null(Take(Wide, 2, 2, hash: 11));
        Assert.NotNull(Take(Wide, 2, 3, hash: 12));
    }

    [Fact]
    public void The_barrier_rises_when_the_path_of_the_wide_room_changes()
    {
        var first = Take(Wide, 1, 1)!;
        Take(Wide, 1, 2, hash: 2);
        Assert.True(first.Barrier <= first.Serial);
        Store(1, 3, hash: 3);
        _order.GiveMissed(all: true, [], 0);
        Assert.True(first.Barrier > first.Serial);
    }

    [Fact]
    public void A_stored_value_is_delivered_once_and_not_again_by_the_topic()
    {
        Store(1, 3, hash: 3);
        Assert.Equal([Wide, Narrow], _order.GiveMissed(all: true, [], 0).Select(it => it.Room));
        Assert.Empty(_order.GiveMissed(all: true, [], 0));
        Assert.Null(Take(Wide, 1, 3, hash: 3));
        Store(1, 2, hash: 2);
        Assert.Equal([new(1, 3)], Read(Wide).Select(it => it.Position));
    }

    [Fact]
    public void A_room_that_is_not_in_use_leaves_no_trace()
    {
        _order.Release(Narrow);
        _order.Release(Wide);
        Assert.Null(Take(Wide, 2, 9));
        _order.Use(Wide);
        Store(1, 1);
        Assert.Equal([new(1, 1)], Read(Wide).Select(it => it.Position));
    }

    [Fact]
    public void A_room_that_comes_into_use_holds_the_values_of_its_overlapping_room()
    {
        _order.Release(Wide);
        Take(Narrow, 1, 1);
        _order.Use(Wide);
        Assert.Equal([new(1, 1)], Read(Wide).Select(it => it.Position));
    }

    [Fact]
    public void A_value_that_is_too_old_is_not_sent_but_still_known()
    {
        Take(Wide, 1, 7, hash: 10);
        _time.Advance(MessageKind.Chain.Life);
        _order.Sweep(Now);
        Assert.Empty(Read(Wide));
        Assert.Null(Take(Wide, 1, 6));
        Assert.Null(Take(Wide, 2, 1, hash: 10));
        _time.Advance(3 * MessageKind.Chain.Life);
        _order.Sweep(Now);
        Assert.Empty(Read(Wide));
        Assert.NotNull(Take(Wide, 1, 6));
    }

    [Fact]
    public void A_markets_status_outlives_a_price_and_is_not_a_product()
    {
        _order.Use(Room.General);
        Take(Room.General, ConflationKey.Underlying("A"), MarketEvent.UnderlyingUpdate);
        Take(Room.General, ConflationKey.MarketStatus("NSE"), MarketEvent.MarketStatus);
        Assert.Equal(["A"], _order.Known.Products(Now));
        _time.Advance(TimeSpan.FromDays(6));
        _order.Sweep(Now);
        Assert.Equal(["NSE"], _order.Read(Room.General, Now, static slot => slot.Update).Values.Select(it => it.Key.Symbol));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Empty(_order.Read(Room.General, Now, static slot => slot.Update).Values);
    }

    [Fact]
    public void A_snapshot_is_in_order_and_that_of_general_has_statuses_prices_and_summaries()
    {
        Take(Room.General, ConflationKey.MarketStatus("Z"), MarketEvent.MarketStatus);
        Take(Room.General, ConflationKey.Underlying("b"), MarketEvent.UnderlyingUpdate);
        Take(Room.General, Key, MarketEvent.ChainSummary);
        Take(Room.General, ConflationKey.Underlying("C"), MarketEvent.UnderlyingUpdate);
        Take(Wide, ConflationKey.Chain("NIFTY", "2026-12-31"), MarketEvent.ChainUpdate);
        Take(Wide, Key, MarketEvent.ChainUpdate);
        Assert.Equal(["Z", "C", "b", "NIFTY"], Read(Room.General).Select(it => it.Key.Symbol));
        Assert.Equal(["2026-11-26", "2026-12-31"], Read(Wide).Select(it => it.Key.Expiry));
    }

    [Fact]
    public void A_new_epoch_makes_every_room_settle_again()
    {
        var wide = _order.Use(Wide);
        Take(Wide, 1, 1);
        _order.GiveMissed(all: false, [wide], 1);
        Assert.False(_order.IsSettling(wide));
        _order.Begin(2);
        Assert.True(_order.IsSettling(wide));
        // A look that had begun before does not settle it.
        _order.GiveMissed(all: false, [wide], 1);
        Assert.True(_order.IsSettling(wide));
    }

    private long Now => _time.UnixMicroseconds();

    private MarketUpdate? Take(Room room, long epoch, long sequence, ulong hash = 1, int timestamp = 0, MarketEvent? @event = null) =>
        _order.Take(room, Make(@event ?? MarketEvent.ChainUpdate, Key, new(epoch, sequence), hash, timestamp)).ToSend;

    private void Take(Room room, ConflationKey key, MarketEvent @event) => _order.Take(room, Make(@event, key, new(1, 1), 1, 0));

    private void Store(long epoch, long sequence, ulong hash = 1) => _order.TakeStored(Make(MarketEvent.ChainUpdate, Key, new(epoch, sequence), hash, 0), 0);

    private IReadOnlyList<MarketUpdate> Read(Room room) => _order.Read(room, 0, static slot => slot.Update).Values;

    private MarketUpdate Make(MarketEvent @event, ConflationKey key, Position position, ulong hash, int timestamp) =>
        new(@event, key, position, Encoding.UTF8.GetBytes($$"""{"timestamp":"2026-11-26T10:00:0{{timestamp}}"}"""), hash, Now);
}

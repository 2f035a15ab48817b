using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Market;
using Microsoft.Extensions.Time.Testing;

namespace DeltaStream.Actors.Tests.Cache;

public class LastValueCacheSpecs
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly LastValueCache _cache;

    public LastValueCacheSpecs() => _cache = new(_time, TimeSpan.FromSeconds(60));

    [Fact]
    public void The_higher_position_wins_in_whatever_order_they_come()
    {
        var (older, newer) = (Price("A", 1), Price("A", 2));
        Assert.True(_cache.Offer(newer));
        Assert.False(_cache.Offer(older));
        Assert.False(_cache.Offer(newer));
        Assert.Same(newer, _cache.Find(MarketEvent.UnderlyingUpdate, newer.Key));
    }

    [Fact]
    public void A_value_of_unknown_position_ranks_below_any_other()
    {
        var foreign = Price("A", 0, epoch: 0, hash: 9);
        Assert.True(_cache.Offer(foreign));
        Assert.True(_cache.Offer(Price("A", 1)));
        Assert.False(_cache.Offer(foreign));
    }

    [Fact]
    public void Of_two_values_of_unknown_position_the_later_wins_if_it_is_another()
    {
        Assert.True(_cache.Offer(Price("A", 0, epoch: 0, hash: 1)));
        Assert.False(_cache.Offer(Price("A", 0, epoch: 0, hash: 1)));
        Assert.True(_cache.Offer(Price("A", 0, epoch: 0, hash: 2)));
    }

    [Fact]
    public void A_value_is_gone_60_seconds_after_its_receipt()
    {
        _cache.Offer(Price("A", 1));
        _time.Advance(TimeSpan.FromSeconds(59.999));
        Assert.Single(_cache.SnapshotOf(Room.Product("A")));
        Assert.Single(_cache.Products());
        _time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Empty(_cache.SnapshotOf(Room.Product("A")));
        Assert.Empty(_cache.SnapshotOf(Room.General));
        _cache.Sweep();
        Assert.Empty(_cache.Products());
        Assert.Equal(0, _cache.Count);
    }

    [Fact]
    public void A_value_that_is_too_old_is_not_taken_in()
    {
        var old = Price("A", 1);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.False(_cache.Offer(old));
        Assert.Empty(_cache.Products());
    }

    [Fact]
    public void A_dead_value_gives_way_even_to_a_lower_position()
    {
        _cache.Offer(Price("A", 9));
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.True(_cache.Offer(Price("A", 1)));
    }

    [Fact]
    public void A_chains_snapshot_has_every_live_expiry_nearest_first()
    {
        _cache.Offer(Chain("A", "2026-12-31", 1));
        _time.Advance(TimeSpan.FromSeconds(30));
        _cache.Offer(Chain("A", "2027-01-28", 2));
        _cache.Offer(Chain("A", "2026-11-26", 3));
        _cache.Offer(Chain("B", "2026-11-26", 4));
        Assert.Equal(["2026-11-26", "2026-12-31", "2027-01-28"], Expiries());
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(["2026-11-26", "2027-01-28"], Expiries());
        Assert.Single(_cache.SnapshotOf(Room.Chain("A", "2026-11-26")));

        IEnumerable<string?> Expiries() => _cache.SnapshotOf(Room.Chain("A")).Select(chain => chain.Key.Expiry);
    }

    [Fact]
    public void Generals_snapshot_has_prices_and_summaries_but_no_chain()
    {
        _cache.Offer(Chain("A", "2026-11-26", 1));
        _cache.Offer(new(MarketEvent.ChainSummary, ConflationKey.Chain("A", "2026-11-26"), new(1, 1), default, 1, Now));
        _cache.Offer(Price("B", 2));
        _cache.Offer(Price("A", 3));
        Assert.Equal(
            [(MarketEvent.UnderlyingUpdate, "A"), (MarketEvent.UnderlyingUpdate, "B"), (MarketEvent.ChainSummary, "A")],
            _cache.SnapshotOf(Room.General).Select(it => (it.Event, it.Key.Product)));
    }

    [Fact]
    public void Products_are_those_with_a_value_of_any_kind_sorted_by_ordinal()
    {
        _cache.Offer(Price("b", 1));
        _cache.Offer(Chain("C", "2026-11-26", 2));
        _cache.Note(ConflationKey.Underlying("A"), Now);
        Assert.Equal(["A", "C", "b"], _cache.Products());
    }

    [Fact]
    public void A_forgotten_value_was_there_all_the_same()
    {
        var chain = Chain("A", "2026-11-26", 1);
        _cache.Offer(chain);
        _cache.Forget(chain.Event, chain.Key);
        Assert.Empty(_cache.SnapshotOf(Room.Chain("A")));
        Assert.Equal([chain.Key], _cache.Chains("A"));
        Assert.True(_cache.Offer(chain));
    }

    private long Now => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private MarketUpdate Price(string product, long sequence, long epoch = 1, ulong hash = 0) =>
        new(MarketEvent.UnderlyingUpdate, ConflationKey.Underlying(product), new(epoch, sequence), default, hash, Now);

    private MarketUpdate Chain(string product, string expiry, long sequence) =>
        new(MarketEvent.ChainUpdate, ConflationKey.Chain(product, expiry), new(1, sequence), default, 0, Now);
}

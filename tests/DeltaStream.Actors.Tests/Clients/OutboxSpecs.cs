using CsCheck;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Tests.Clients;

public class OutboxSpecs
{
    [Fact]
    public void Answers_come_before_updates_and_in_their_order()
    {
        var outbox = new Outbox(10, 1000);
        var (first, second, update) = (Answer(1), Answer(1), Price("A", 1));
        outbox.Add(update);
        outbox.Add(first);
        outbox.Add(second);
        Assert.Equal([first, second, update], TakeAll(outbox));
        Assert.True(outbox.IsEmpty);
    }

    [Fact]
    public void The_newest_update_of_a_key_keeps_the_place_of_the_first()
    {
        var outbox = new Outbox(10, 1000);
        var (last, other) = (Price("A", 3), Price("B", 2));
        Assert.False(outbox.Add(Price("A", 1)));
        Assert.False(outbox.Add(other));
        Assert.True(outbox.Add(last));
        Assert.Equal([last, other], TakeAll(outbox));
    }

    [Fact]
    public void A_summary_and_a_chain_are_two_updates()
    {
        var outbox = new Outbox(10, 1000);
        var key = ConflationKey.Chain("A", "2026-11-26");
        Assert.False(outbox.Add(Update(MarketEvent.ChainUpdate, key, 1)));
        Assert.False(outbox.Add(Update(MarketEvent.ChainSummary, key, 1)));
        Assert.Equal(2, outbox.DataCount);
    }

    [Theory]
    [InlineData(3, 1, false)]
    [InlineData(4, 1, true)]
    [InlineData(3, 4, true)]
    [InlineData(1, 11, false)]
    [InlineData(2, 6, true)]
    public void More_answers_than_may_wait_are_noticed_by_number_and_by_bytes(int count, int size, bool isOverfull)
    {
        var outbox = new Outbox(maxEntries: 3, maxBytes: 10);
        for (var i = 0; i < count; i++) outbox.Add(Answer(size));
        Assert.Equal(isOverfull, outbox.IsOverfull);
        TakeAll(outbox);
        Assert.False(outbox.IsOverfull);
        Assert.False(outbox.IsFilling);
    }

    [Fact]
    public void A_dropped_update_leaves_no_gap()
    {
        var outbox = new Outbox(10, 1000);
        var kept = Price("B", 1);
        outbox.Add(Price("A", 1));
        outbox.Add(kept);
        Assert.Equal(1, outbox.Purge(static update => update.Key.Symbol != "A"));
        var back = Price("A", 2);
        outbox.Add(back);
        Assert.Equal([kept, back], TakeAll(outbox));
    }

    [Fact]
    public void All_gathered_updates_leave_after_the_waiting_updates()
    {
        var outbox = new Outbox(10, 1000);
        var (waited, first, second, answer) = (Price("A", 1), Price("A", 2), Price("A", 3), Answer(1));
        outbox.Add(waited);
        outbox.Gather(first);
        outbox.Gather(second);
        outbox.Add(answer);
        Assert.Equal(3, outbox.DataCount);
        Assert.Equal([answer, waited, first, second], TakeAll(outbox));
        Assert.True(outbox.IsEmpty);
    }

    [Fact]
    public void Gathered_updates_conflate_when_the_socket_is_full()
    {
        var outbox = new Outbox(10, 1000);
        outbox.Add(Price("A", 1));
        var (other, newest) = (Price("B", 2), Price("A", 4));
        outbox.Gather(other);
        outbox.Gather(Price("A", 3));
        outbox.Gather(newest);
        Assert.Equal(2, outbox.Conflate());
        Assert.Equal(0, outbox.Conflate());
        Assert.Equal([newest, other], TakeAll(outbox));
    }

    [Fact]
    public void A_gathered_update_counts_in_bytes_until_it_is_taken_or_dropped()
    {
        var outbox = new Outbox(10, 1000);
        outbox.Gather(Price("A", 1, size: 70));
        outbox.Gather(Price("A", 2, size: 20));
        outbox.Gather(Price("B", 3, size: 5));
        Assert.Equal(95, outbox.GatheredBytes);
        outbox.TryTake(out _, out _);
        Assert.Equal(25, outbox.GatheredBytes);
        Assert.Equal(1, outbox.Purge(static update => update.Key.Symbol != "A"));
        Assert.Equal((5, 1), (outbox.GatheredBytes, outbox.DataCount));
        TakeAll(outbox);
        Assert.Equal(0, outbox.GatheredBytes);
    }

    [Fact]
    public void Two_outboxes_of_a_thread_share_no_gathered_updates()
    {
        var (one, other) = (new Outbox(10, 1000), new Outbox(10, 1000));
        var (a, b, c) = (Price("A", 1), Price("B", 2), Price("C", 3));
        one.Gather(a);
        other.Gather(b);
        Assert.Equal([a], TakeAll(one));
        one.Gather(c);
        Assert.Equal([b], TakeAll(other));
        Assert.Equal([c], TakeAll(one));
    }

    [Fact]
    public void Of_a_million_updates_to_a_stuck_client_one_for_each_key_waits()
    {
        var outbox = new Outbox(10, 1000);
        var updates = Enumerable.Range(0, 1_000).Select(i => Price($"P{i % 100}", i + 1)).ToArray();
        for (var i = 0; i < 1_000_000; i++) outbox.Add(updates[i % updates.Length]);
        Assert.Equal(100, outbox.DataCount);
        Assert.Equal(updates[^100..], TakeAll(outbox));
    }

    [Fact]
    public void The_outbox_behaves_like_a_list_in_which_a_newer_update_replaces_the_older_one_of_its_key() =>
        Gen.Int[0, 1_000].Array[0, 200].Sample(choices =>
        {
            var outbox = new Outbox(1_000, 1_000_000);
            var (model, due) = (new List<MarketUpdate>(), new List<MarketUpdate>());
            var sequence = 0;
            foreach (var choice in choices)
            {
                var product = $"P{choice / 8 % 5}";
                switch (choice % 10)
                {
                    case 0:
                        model.RemoveAll(it => it.Key.Symbol == product);
                        due.RemoveAll(it => it.Key.Symbol == product);
                        outbox.Purge(it => it.Key.Symbol != product);
                        break;
                    case 1 or 2:
                        var any = outbox.TryTake(out _, out var taken);
                        var from = model.Count > 0 ? model : due;
                        Assert.Equal(from.Count > 0, any);
                        Assert.Same(from.FirstOrDefault(), taken);
                        if (any) from.RemoveAt(0);
                        break;
                    case 3 or 4 or 5:
                        due.Add(Price(product, ++sequence));
                        outbox.Gather(due[^1]);
                        break;
                    default:
                        Assert.Equal(due.Count(update => Put(model, update)), outbox.Conflate());
                        due.Clear();
                        var update = Price(product, ++sequence);
                        Assert.Equal(Put(model, update), outbox.Add(update));
                        break;
                }
            }

            Assert.Equal([.. model, .. due], TakeAll(outbox));
        }, iter: 2_000);

    /// <summary>What the outbox has to do with an update that can't be sent now; true when it supersedes one.</summary>
    private static bool Put(List<MarketUpdate> model, MarketUpdate update)
    {
        var at = model.FindIndex(it => it.Key.Symbol == update.Key.Symbol);
        if (at >= 0) model[at] = update;
        else model.Add(update);
        return at >= 0;
    }

    private static Frame Answer(int size) => new(new byte[size]);

    private static MarketUpdate Price(string product, long sequence, int size = 0) =>
        Update(MarketEvent.UnderlyingUpdate, ConflationKey.Underlying(product), sequence, size);

    private static MarketUpdate Update(MarketEvent @event, ConflationKey key, long sequence, int size = 0) =>
        new(@event, key, new(1, sequence), new byte[size], 0, 0);

    private static List<object> TakeAll(Outbox outbox)
    {
        var taken = new List<object>();
        while (outbox.TryTake(out var answer, out var update)) taken.Add((object?)answer ?? update!);
        return taken;
    }
}

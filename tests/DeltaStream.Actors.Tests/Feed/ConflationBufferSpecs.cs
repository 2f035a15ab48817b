using CsCheck;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Feed;

public class ConflationBufferSpecs
{
    private static readonly ConflationKey A = ConflationKey.Underlying("A");
    private static readonly ConflationKey B = ConflationKey.Underlying("B");
    private static readonly ConflationKey C = ConflationKey.Chain("A", "2026-11-26");

    [Fact]
    public void A_replaced_item_keeps_its_place_in_the_queue()
    {
        var buffer = new ConflationBuffer<string>(maxRate: 0, maxKeys: 10);
        Assert.Equal(Offered.Queued, buffer.Offer(A, "a1", At(0)));
        Assert.Equal(Offered.Queued, buffer.Offer(B, "b1", At(0)));
        Assert.Equal(Offered.Conflated, buffer.Offer(A, "a2", At(0)));
        Assert.Equal(Offered.Queued, buffer.Offer(C, "c1", At(0)));
        Assert.Equal(["a2", "b1", "c1"], TakeAll(buffer, At(0)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_dropped_message_leaves_nothing_behind_in_a_buffer_that_nobody_reads(int maxRate)
    {
        var buffer = new ConflationBuffer<int>(maxRate, maxKeys: 10);
        for (var round = 0; round < 1_000; round++)
        {
            buffer.Offer(A, round, At(round));
            buffer.Offer(B, round, At(round));
            Assert.Equal(1, buffer.Drop(item => item == round && buffer.Pending == 2));
            Assert.Equal((1, 1), (buffer.Pending, buffer.Queued));
            Assert.Equal(1, buffer.Drop(_ => true));
            Assert.Equal((0, 0), (buffer.Pending, buffer.Queued));
            if (maxRate > 0 && round == 500) Assert.True(buffer.Offer(A, round, At(round)) == Offered.Queued && buffer.TryTake(At(round), out _));
        }
    }

    [Fact]
    public void The_first_item_after_a_quiet_time_leaves_at_once_and_the_last_item_always_leaves()
    {
        var buffer = new ConflationBuffer<int>(maxRate: 10, maxKeys: 10);
        var taken = new List<(int Item, int At)>();
        for (var ms = 0; ms < 1_000; ms++)
        {
            buffer.Offer(A, ms, At(ms));
            if (buffer.TryTake(At(ms), out var item)) taken.Add((item, ms));
        }

        Assert.Equal((0, 0), taken[0]);
        Assert.InRange(taken.Count, 10, 13);
        Assert.All(taken, each => Assert.Equal(each.At, each.Item));
        var due = Assert.NotNull(buffer.NextDue);
        Assert.False(buffer.TryTake(due - TimeSpan.FromTicks(1), out _));
        Assert.True(buffer.TryTake(due, out var last));
        Assert.Equal(999, last);
        buffer.Offer(A, 5_000, At(5_000));
        Assert.True(buffer.TryTake(At(5_000), out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(50)]
    [InlineData(1_000)]
    public void A_producer_at_the_limit_loses_no_message_however_unevenly_they_arrive(int rate)
    {
        // Late by up to 100 ms, as under a busy scheduler or collector, in order; and this side looks only every 10 ms.
        Gen.Int[0, 100].Array[2 * rate + 20].Sample(lateness =>
        {
            var buffer = new ConflationBuffer<int>(rate, maxKeys: 10);
            var arrivals = new List<double>();
            for (var i = 0; i < lateness.Length; i++)
                arrivals.Add(Math.Max(i * 1_000.0 / rate + lateness[i], i == 0 ? 0 : arrivals[^1]));
            var taken = 0;
            var tick = 0;
            foreach (var (arrival, number) in arrivals.Select((at, i) => (at, i)))
            {
                for (; tick < arrival; tick += 10) taken += TakeAll(buffer, At(tick)).Count;
                Assert.NotEqual(Offered.Conflated, buffer.Offer(A, number, At(arrival)));
                taken += TakeAll(buffer, At(arrival)).Count;
            }

            taken += TakeAll(buffer, At(tick + 10_000)).Count;
            Assert.Equal(lateness.Length, taken);
        }, iter: 40);
    }

    [Fact]
    public void Above_the_limit_the_rate_holds_over_any_longer_time()
    {
        var buffer = new ConflationBuffer<int>(maxRate: 50, maxKeys: 10);
        var taken = 0;
        for (var ms = 0; ms < 10_000; ms += 2)
        {
            buffer.Offer(A, ms, At(ms));
            taken += TakeAll(buffer, At(ms)).Count;
        }

        Assert.InRange(taken, 500, 515);
    }

    [Fact]
    public void One_throttled_key_does_not_hold_up_another()
    {
        var buffer = new ConflationBuffer<string>(maxRate: 1, maxKeys: 10);
        buffer.Offer(A, "a1", At(0));
        Assert.Equal(["a1"], TakeAll(buffer, At(0)));
        buffer.Offer(A, "a2", At(1));
        buffer.Offer(B, "b1", At(2));
        Assert.Equal(["b1"], TakeAll(buffer, At(2)));
        Assert.Equal(["a2"], TakeAll(buffer, At(1_000)));
    }

    [Fact]
    public void Without_a_throttle_every_item_that_is_taken_in_time_leaves()
    {
        var buffer = new ConflationBuffer<int>(maxRate: 0, maxKeys: 10);
        for (var i = 0; i < 1_000; i++)
        {
            buffer.Offer(A, i, At(0));
            Assert.Equal([i], TakeAll(buffer, At(0)));
        }

        Assert.Null(buffer.NextDue);
    }

    [Fact]
    public void The_number_of_keys_is_bounded_and_quiet_keys_make_room()
    {
        var buffer = new ConflationBuffer<int>(maxRate: 50, maxKeys: 2);
        buffer.Offer(A, 1, At(0));
        buffer.Offer(B, 2, At(0));
        Assert.Equal(Offered.Refused, buffer.Offer(C, 3, At(0)));
        Assert.Equal(Offered.Conflated, buffer.Offer(A, 4, At(0)));
        TakeAll(buffer, At(0));
        Assert.Equal(Offered.Queued, buffer.Offer(C, 5, At(1_000)));
    }

    [Fact]
    public void A_message_that_is_no_longer_needed_is_dropped_and_its_key_can_be_added_again()
    {
        var buffer = new ConflationBuffer<int>(maxRate: 50, maxKeys: 10);
        buffer.Offer(A, 1, At(0));
        buffer.Offer(B, 2, At(0));
        Assert.Equal(1, buffer.Drop(item => item == 1));
        buffer.Offer(A, 3, At(0));
        Assert.Equal(2, buffer.Pending);
        Assert.Equal([2, 3], TakeAll(buffer, At(0)));
    }

    private static TimeSpan At(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static List<T> TakeAll<T>(ConflationBuffer<T> buffer, TimeSpan now)
    {
        var taken = new List<T>();
        while (buffer.TryTake(now, out var item)) taken.Add(item);
        return taken;
    }
}

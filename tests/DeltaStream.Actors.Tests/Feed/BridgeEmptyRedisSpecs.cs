using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Feed;

/// <summary>A Redis that has lost its data, or was away.</summary>
public sealed class BridgeEmptyRedisSpecs(ITestOutputHelper output) : TwoBridges(output)
{
    [Theory]
    [InlineData(0)]
    [InlineData(-365)]
    public void After_FLUSHALL_the_epoch_goes_up_whatever_time_Redis_says_and_values_are_written_again(int days)
    {
        Both(1);
        Both(2);
        Assert.Equal([1, 2], Prices(until: 2));
        Time.Until(() => Assert.True(Latest.Values.ContainsKey(ConflationKey.Underlying("NIFTY"))));
        var (epoch, received) = (Lease.Epoch, Latest.Values[ConflationKey.Underlying("NIFTY")].ReceivedAt);

        Lease.TimeShift = TimeSpan.FromDays(days);
        Lease.Flush();
        Latest.Values.Clear();
        Time.Until(() => Assert.True(Lease.Epoch > epoch));
        Time.Until(() => Assert.True(Latest.Values.ContainsKey(ConflationKey.Underlying("NIFTY"))));
        Both(3);

        Assert.Equal([3], Prices(until: 3));
        Assert.Contains(Latest.Values.Values, update => update.ReceivedAt == received || PriceOf(update) == 3);
    }

    [Fact]
    public void A_Redis_that_comes_back_empty_gets_its_values_again_and_the_outage_is_reported()
    {
        Both(1);
        Assert.Equal([1], Prices(until: 1));
        Time.Until(() => Assert.Single(Latest.Values));
        var (epoch, before) = (Lease.Epoch, Latest.Values.Values.Single());

        Lease.IsDown = Latest.IsDown = true;
        A.Feed.GoDown();
        B.Feed.GoDown();
        Time.Until(() => Assert.Contains(Heartbeats(), beat => beat.Link == FeedLink.Down && beat.Epoch == epoch), TimeSpan.FromSeconds(1));
        Time.Advance(TimeSpan.FromSeconds(5));
        Assert.All(Heartbeats(), beat => Assert.Equal(FeedLink.Down, beat.Link));
        Lease.Flush();
        Latest.Values.Clear();
        Lease.IsDown = Latest.IsDown = A.Feed.IsDown = B.Feed.IsDown = false;

        Time.Until(() => Assert.Contains(Heartbeats(), beat => beat.Link == FeedLink.Up && beat.Epoch > epoch));
        Time.Until(() => Assert.Single(Latest.Values));
        var after = Latest.Values.Values.Single();
        Assert.Equal((before.Hash, before.ReceivedAt), (after.Hash, after.ReceivedAt));
        Time.Until(() => Assert.True(A.Feed.Subscribers + B.Feed.Subscribers == 2));
        Both(2);
        Assert.Equal([2], Prices(until: 2));
    }

    [Fact]
    public void After_FLUSHALL_a_standby_that_gets_the_lease_waits_until_its_holder_can_no_longer_publish()
    {
        Both(1);
        Assert.Equal([1], Prices(until: 1));
        var old = Lease.Epoch;

        // The holder hears nothing of the flush, as if its request were still under way: it may trust its lease for 0.8 s more.
        A.Lease.Hangs = true;
        Lease.Flush();
        Time.Until(() => Assert.True(Holds("b")));
        Both(2);
        Assert.All(Updates(until: 2), it => Assert.Equal(old, it.Update.Position.Epoch));

        Time.Until(() => Assert.Contains(Heartbeats(), beat => beat.Epoch == Lease.Epoch), TimeSpan.FromSeconds(1));
        Both(3);
        Assert.Equal([3], Prices(until: 3));
    }

    [Fact]
    public void Values_missed_during_an_outage_are_read_from_the_store()
    {
        Both(1);
        Assert.Equal([1], Prices(until: 1));
        A.Feed.GoDown();
        B.Feed.GoDown();
        Time.Advance(Moment);
        Assert.True(EnrichedMessage.TryRead(MessageKind.Underlying, System.Text.Encoding.UTF8.GetBytes(Message(2)), 0, 1_000, out var missed, out _));
        Latest.Values[missed!.Key] = new MarketUpdate(MarketEvent.UnderlyingUpdate, missed.Key, Position.None, missed.Payload, missed.Hash, Micros(A.Clock));
        A.Feed.IsDown = B.Feed.IsDown = false;

        Assert.Equal([2], Prices(until: 2));
    }
}

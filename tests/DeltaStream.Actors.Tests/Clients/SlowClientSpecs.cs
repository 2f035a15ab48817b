using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>A client that does not read disturbs no other client, and loses superseded updates only.</summary>
public class SlowClientSpecs : GatewaySpec
{
    private readonly MemoryTransport _slow;
    private readonly MemoryTransport _fast;

    public SlowClientSpecs(ITestOutputHelper output) : base(output, new() { MaxWaitingAnswers = 20, Joins = new(1000, 1000) })
    {
        _slow = Connect(sessionId: "slow");
        _fast = Connect(sessionId: "fast");
    }

    [Fact]
    public void A_slow_client_gets_the_newest_update_of_each_key_and_others_get_all()
    {
        Stick();
        for (var i = 1; i < 100; i++) Publish(Price(i % 2 == 0 ? "EVEN" : "ODD", i + 1));
        PublishToBoth(Price("EVEN", 101));
        Assert.Equal(101, Updates(_fast).Count());
        _slow.Flushed();
        Await(_slow, _ => Updates(_slow).Count() == 3);
        Assert.Equal([Text(Price("ODD", 100)), Text(Price("EVEN", 101))], Updates(_slow).Skip(1));
        // Both left in one write.
        Assert.Equal(2, _slow.Batches[^1]);
    }

    [Fact]
    public void One_write_holds_no_more_frames_than_the_transport_takes()
    {
        Stick();
        for (var i = 1; i < 40; i++) Publish(Price($"P{i}", i + 1));
        PublishToBoth(Price("P40", 41));
        foreach (var sent in new[] { 17, 33, 41 })
        {
            _slow.Flushed();
            Await(_slow, _ => Updates(_slow).Count() == sent);
        }

        Assert.Equal([16, 16, 8], _slow.Batches.TakeLast(3));
    }

    [Fact]
    public void After_unsubscribing_no_waiting_update_of_the_room_is_sent()
    {
        Subscribe(_slow, Room.Product("A"));
        Unsubscribe(_slow, Room.General);
        _slow.IsFast = false;
        _slow.Emit("nonsense", "");
        Await(_slow, sent => sent[^1].StartsWith("error ", StringComparison.Ordinal));
        PublishToBoth(Price("A", 1));
        _slow.Emit("unsubscribe", RequestFor(Room.Product("A")));
        _slow.IsFast = true;
        _slow.Flushed();
        Await(_slow, sent => sent[^1].StartsWith("unsubscribed ", StringComparison.Ordinal));
        Settle();
        Assert.Empty(Updates(_slow));
    }

    [Fact]
    public void Updates_that_another_room_covers_stay_queued_when_a_room_is_left()
    {
        Subscribe(_slow, Room.Product("A"));
        Stick();
        PublishToBoth(Price("A", 5));
        _slow.Emit("unsubscribe", RequestFor(Room.Product("A")));
        _slow.Flushed();
        Await(_slow, sent => sent.Contains(Text(Price("A", 5))));
    }

    [Fact]
    public void A_client_is_not_read_from_while_its_answers_wait_and_is_closed_when_too_many_wait()
    {
        Stick();
        for (var i = 0; i < 11; i++) _slow.Emit("nonsense", "");
        AwaitAssert(() => Assert.False(_slow.IsReading));
        Assert.Null(_slow.Closed);
        for (var i = 0; i < 10; i++) _slow.Emit("nonsense", "");
        AwaitAssert(() => Assert.Same(CloseReason.SlowConsumer, _slow.Closed));
        AwaitAssert(() => Assert.Equal("slow_consumer", Assert.Single(Logs.Of("client_disconnected"))["reason"]));
    }

    [Fact]
    public void A_client_is_read_from_again_after_it_has_taken_its_answers()
    {
        Stick();
        for (var i = 0; i < 15; i++) _slow.Emit("nonsense", "");
        AwaitAssert(() => Assert.False(_slow.IsReading));
        _slow.IsFast = true;
        _slow.Flushed();
        AwaitAssert(() => Assert.True(_slow.IsReading));
    }

    [Fact]
    public void A_client_that_reads_gets_every_answer_however_often_it_asks()
    {
        var client = Connect();
        for (var i = 0; i < 400; i++) client.Emit("subscribe", RequestFor(Room.Product("NIFTY")));
        Await(client, sent => sent.Count(line => line.StartsWith("subscribed ", StringComparison.Ordinal)) == 400);
        Assert.Null(client.Closed);
        AwaitAssert(() => Assert.True(client.IsReading));
    }

    [Fact]
    public void A_write_that_is_stuck_for_30_seconds_ends_the_connection()
    {
        Stick();
        Settle();
        Advance(TimeSpan.FromSeconds(29.9));
        Settle();
        Assert.Null(_slow.Closed);
        Advance(TimeSpan.FromSeconds(0.2));
        AwaitAssert(() => Assert.Same(CloseReason.SlowConsumer, _slow.Closed));
    }

    [Fact]
    public void A_client_that_takes_each_write_late_stays_connected()
    {
        Stick();
        for (var i = 2; i < 12; i++)
        {
            Settle();
            Advance(TimeSpan.FromSeconds(20));
            var price = Price("STICK", i);
            Publish(price);
            // Other things than the price may leave first: the feed is stale by now.
            AwaitAssert(() =>
            {
                _slow.Flushed();
                Assert.Contains(Text(price), _slow.Sent);
            });
        }

        Assert.Null(_slow.Closed);
    }

    /// <summary>Makes a write that does not return.</summary>
    private void Stick()
    {
        _slow.IsFast = false;
        Publish(Price("STICK", 1));
        Await(_slow, sent => sent.Contains(Text(Price("STICK", 1))));
    }

    /// <summary>Publishes, and waits until the slow client has handled it: topics hand out in the order of subscribing.</summary>
    private void PublishToBoth(MarketUpdate last)
    {
        Publish(last);
        Await(_fast, sent => sent.Contains(Text(last)));
        Settle();
    }

    private void Settle()
    {
        _slow.Client.Tell(WhenHandled.Instance, TestActor);
        ExpectMsg<WhenHandled>();
    }
}

using Akka.Actor;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Feed;

public class BridgeOutageSpecs(ITestOutputHelper output) : BridgeSpec(output)
{
    private static readonly BridgeSettings Settings = new()
    {
        HeartbeatInterval = TimeSpan.FromMilliseconds(50), MinBackoff = TimeSpan.FromMilliseconds(50), MaxBackoff = TimeSpan.FromMilliseconds(100), LinkGrace = TimeSpan.FromMilliseconds(100),
    };

    [Fact]
    public void Redis_down_at_the_start_is_logged_once_and_reported_to_the_cluster_until_it_is_back()
    {
        var (general, heartbeats) = (Listen(Room.General), Listen(TopicName.Heartbeat));
        Feed.IsDown = Lease.IsDown = Latest.IsDown = true;
        StartBridge(Settings);
        AwaitAssert(() => Assert.True(Feed.Attempts > 3), TimeSpan.FromSeconds(10));
        Assert.Equal((0, FeedLink.Down), Told(heartbeats.ExpectMsg<BridgeHeartbeat>(TimeSpan.FromSeconds(10))));

        Assert.Equal("the feed is down", Assert.Single(Logs.Of("redis_listener_error"))["error"]);
        Feed.IsDown = Lease.IsDown = Latest.IsDown = false;
        heartbeats.FishForMessage(message => message is BridgeHeartbeat { Link: FeedLink.Up, Epoch: > 0 }, TimeSpan.FromSeconds(10));
        Assert.Single(Logs.Of("redis_listener_started"));
        Feed.Publish(Underlying, Price("NIFTY", 1));
        general.ExpectMsg<RoomEvent>();
    }

    [Fact]
    public void A_lost_feed_is_reported_at_once_and_the_bridge_subscribes_again()
    {
        var (general, heartbeats) = (Listen(Room.General), Listen(TopicName.Heartbeat));
        StartBridge(Settings);
        heartbeats.FishForMessage(message => message is BridgeHeartbeat { Link: FeedLink.Up });
        Assert.Equal((true, true), (Status.IsActive, Status.IsListening));
        Feed.GoDown();
        AwaitAssert(() => Assert.False(Status.IsListening));
        Feed.IsDown = false;
        heartbeats.FishForMessage(message => message is BridgeHeartbeat { Link: FeedLink.Down, Epoch: > 0 });
        AwaitAssert(() => Assert.Equal(1, Feed.Subscribers));
        AwaitAssert(() =>
        {
            Feed.Publish(Underlying, Price("NIFTY", 1));
            general.ExpectMsg<RoomEvent>(TimeSpan.FromMilliseconds(200));
        });
    }

    [Fact]
    public void Values_that_did_not_reach_the_store_are_written_when_it_is_back()
    {
        var general = Listen(Room.General);
        StartBridge(Settings);
        AwaitAssert(() => Assert.NotNull(Lease.Owner));
        Latest.IsDown = true;
        AwaitAssert(() => Assert.Equal(1, Feed.Subscribers));
        Feed.Publish(Underlying, Price("NIFTY", 7));
        var sent = general.ExpectMsg<RoomEvent>().Update;
        Latest.IsDown = false;
        AwaitAssert(() => Assert.Equal(sent.Position, Latest.Values[ConflationKey.Underlying("NIFTY")].Position));
    }

    [Fact]
    public void Skipped_messages_are_logged_with_reason_and_excerpt_at_a_limited_rate()
    {
        StartBridge(Settings);
        AwaitAssert(() => Assert.Equal(1, Feed.Subscribers));
        Feed.Publish(Underlying, "line\n\"\\é fake");
        AwaitAssert(() => Assert.NotEmpty(Logs.Of("message_skipped")));
        var skipped = Assert.Single(Logs.Of("message_skipped"));
        Assert.Equal((Underlying, "json", 14, "line\\x0a\"\\x5c\\xc3\\xa9 fake"), (skipped["channel"], skipped["reason"], skipped["bytes"], skipped["excerpt"]));

        var general = Listen(Room.General);
        for (var i = 0; i < 500; i++) Feed.Publish(Underlying, "bad");
        Feed.Publish(Underlying, Price("NIFTY", 1));
        general.ExpectMsg<RoomEvent>();
        Assert.InRange(Logs.Of("message_skipped").Count() + Logs.Of("message_skipped_more").Count(), 2, 20);
    }

    [Fact]
    public void A_lease_that_cannot_be_asked_for_is_logged_once_for_each_cause()
    {
        Lease.Failure = new InvalidOperationException("CROSSSLOT");
        StartBridge(Settings);
        AwaitAssert(() => Assert.True(Lease.Requests > 3), TimeSpan.FromSeconds(10));
        Assert.Equal(["InvalidOperationException: CROSSSLOT"], Logs.Of("lease_unavailable").Select(fields => fields["error"]));
        (Lease.Failure, Lease.IsDown) = (null, true);
        AwaitAssert(() => Assert.Equal("the store is down", Logs.Of("lease_unavailable").Last()["error"]));
        Lease.IsDown = false;
        AwaitAssert(() => Assert.NotNull(Lease.Owner));
        Assert.Equal(2, Logs.Of("lease_unavailable").Count());
    }

    [Fact]
    public void A_LeaseActor_that_crashed_takes_the_lease_again()
    {
        var bridge = StartBridge(Settings);
        AwaitAssert(() => Assert.NotNull(Lease.Owner));
        var epoch = Lease.Epoch;
        Sys.ActorSelection(bridge.Path / "lease").Tell(Kill.Instance);
        AwaitAssert(() => Assert.True(Lease.Epoch > epoch), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_bridge_whose_LeaseActor_crashed_is_on_standby_until_it_has_the_lease_again()
    {
        var bridge = StartBridge(Settings);
        AwaitAssert(() => Assert.True(Status.IsActive));
        Lease.IsDown = true;
        Sys.ActorSelection(bridge.Path / "lease").Tell(Kill.Instance);
        AwaitAssert(() => Assert.False(Status.IsActive));
        Lease.IsDown = false;
        AwaitAssert(() => Assert.True(Status.IsActive), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_restart_of_the_mediator_is_noticed_and_publishing_continues()
    {
        StartBridge(Settings with { RoundTripEvery = 1, RoundTripTimeout = TimeSpan.FromMilliseconds(100) });
        AwaitAssert(() => Assert.Equal(1, Feed.Subscribers));
        AwaitAssert(() => Assert.NotNull(Lease.Owner));
        Mediator.Tell(new Akka.Cluster.Tools.PublishSubscribe.Publish("", "an empty name restarts it"));
        var general = CreateTestProbe();
        AwaitAssert(() =>
        {
            Mediator.Tell(new Akka.Cluster.Tools.PublishSubscribe.Subscribe(TopicName.For(Room.General), general.Ref), general.Ref);
            Feed.Publish(Underlying, Price("NIFTY", 1));
            general.FishForMessage(message => message is RoomEvent, TimeSpan.FromMilliseconds(300));
        }, TimeSpan.FromSeconds(10));
    }

    private static (long Epoch, FeedLink Link) Told(BridgeHeartbeat heartbeat) => (heartbeat.Epoch, heartbeat.Link);
}

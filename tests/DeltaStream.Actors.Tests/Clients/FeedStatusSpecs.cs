using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Topics;
using Xunit.Abstractions;

namespace DeltaStream.Actors.Tests.Clients;

/// <summary>What the node and its clients are told of the feed.</summary>
public class FeedStatusSpecs(ITestOutputHelper output) : GatewaySpec(output)
{
    [Fact]
    public void The_feed_is_live_while_heartbeats_come()
    {
        for (var i = 0; i < 10; i++)
        {
            Advance(TimeSpan.FromSeconds(1.9));
            Beat();
        }

        Assert.Equal(FeedState.Live, Status.Feed.State);
        Assert.Empty(Logs.Of("feed_status_changed").Skip(1));
    }

    [Fact]
    public void The_feed_is_stale_after_two_seconds_without_a_heartbeat_and_live_with_the_next()
    {
        var client = Connect();
        Beat();
        Advance(TimeSpan.FromSeconds(1.75));
        Assert.Equal(FeedState.Live, Status.Feed.State);
        Advance(TimeSpan.FromSeconds(0.25));
        Await(client, sent => sent.Contains($$"""feed_status {"status":"stale","since":{{Status.Feed.Since.ToUnixTimeSeconds()}}}"""));
        Assert.Equal(Time.GetUtcNow(), Status.Feed.Since);
        Heartbeat();
        Await(client, sent => sent[^1].StartsWith("feed_status {\"status\":\"live\"", StringComparison.Ordinal));
        Assert.Equal(3, client.Sent.Count);
    }

    [Fact]
    public void The_feed_is_down_when_the_active_bridge_has_lost_Redis()
    {
        var client = Connect();
        Heartbeat(FeedLink.Down);
        Await(client, sent => sent[^1].StartsWith("feed_status {\"status\":\"down\"", StringComparison.Ordinal));
        Heartbeat(FeedLink.Down);
        Heartbeat(FeedLink.Up);
        Await(client, sent => sent[^1].StartsWith("feed_status {\"status\":\"live\"", StringComparison.Ordinal));
        Assert.Equal(["connected", "feed_status", "feed_status"], Names(client));
    }

    [Fact]
    public void A_client_that_connects_while_the_feed_is_not_live_gets_its_status_after_connected()
    {
        Heartbeat(FeedLink.Down);
        AwaitAssert(() => Assert.Equal(FeedState.Down, Status.Feed.State));
        var client = Connect();
        Await(client, sent => sent.Count == 2);
        Assert.Equal(["connected", "feed_status"], Names(client));
        Assert.Contains("\"status\":\"down\"", client.Sent[1]);
    }

    [Fact]
    public void The_heartbeat_of_a_superseded_bridge_is_ignored()
    {
        Heartbeat(FeedLink.Up, epoch: 7);
        AwaitAssert(() => Assert.Equal(7, Status.Feed.BridgeEpoch));
        Heartbeat(FeedLink.Down, epoch: 6);
        Heartbeat(FeedLink.Up, epoch: 8);
        AwaitAssert(() => Assert.Equal(8, Status.Feed.BridgeEpoch));
        Assert.Equal(FeedState.Live, Status.Feed.State);
        Assert.Equal("127.0.0.1:4053", Status.Feed.BridgeNode);
        Assert.Empty(Logs.Of("feed_status_changed").Skip(1));
    }

    [Fact]
    public void The_feed_stays_down_while_no_bridge_holds_the_lease()
    {
        Heartbeat(FeedLink.Up, epoch: 7);
        AwaitAssert(() => Assert.Equal(FeedState.Live, Status.Feed.State));

        // While the holder still speaks, another's word that there is none counts for nothing.
        Heartbeat(FeedLink.Down, epoch: 0);
        Heartbeat(FeedLink.Down, epoch: 7);
        AwaitAssert(() => Assert.Equal(FeedState.Down, Status.Feed.State));
        Assert.Single(Logs.Of("feed_status_changed").Skip(1));

        Advance(FeedMonitor.StaleAfter);
        AwaitAssert(() => Assert.Equal(FeedState.Stale, Status.Feed.State));
        Heartbeat(FeedLink.Down, epoch: 0);
        AwaitAssert(() => Assert.Equal(FeedState.Down, Status.Feed.State));
        Assert.Equal(7, Status.Feed.BridgeEpoch);
    }

    /// <summary>A heartbeat that the monitor has handled.</summary>
    private void Beat()
    {
        Monitor.Tell(new BridgeHeartbeat(1, 1, "127.0.0.1:4053", FeedLink.Up));
        Monitor.Tell(new Identify(null), TestActor);
        ExpectMsg<ActorIdentity>();
    }
}

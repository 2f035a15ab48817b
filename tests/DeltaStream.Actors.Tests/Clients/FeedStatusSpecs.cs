using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Telemetry;
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
        Assert.Equal("live", Assert.Single(Logs.Of("feed_status_changed"))["status"]);
    }

    [Fact]
    public void The_feed_is_stale_two_seconds_after_the_last_heartbeat_and_live_with_the_next_and_clients_are_told_a_second_later()
    {
        var client = Connect();
        Beat();
        Advance(TimeSpan.FromSeconds(1.75));
        Assert.Equal(FeedState.Live, Status.Feed.State);
        Advance(TimeSpan.FromSeconds(0.25));
        AwaitAssert(() => Assert.Equal(FeedState.Stale, Status.Feed.State));
        Assert.Equal(Time.GetUtcNow(), Status.Feed.Since);
        Advance(TimeSpan.FromSeconds(0.75));
        Assert.Equal(["connected"], Names(client));
        Advance(TimeSpan.FromSeconds(0.25));
        Await(client, sent => sent.Contains($$"""feed_status {"status":"stale","since":{{Status.Feed.Since.ToUnixTimeSeconds()}}}"""));
        Beat();
        Assert.Equal(FeedState.Live, Status.Feed.State);
        Advance(FeedMonitor.ToldAfter);
        Await(client, sent => sent[^1].StartsWith("feed_status {\"status\":\"live\"", StringComparison.Ordinal));
        Assert.Equal(3, client.Sent.Count);
    }

    [Fact]
    public void The_feed_is_down_when_the_active_bridge_has_lost_Redis()
    {
        var client = Connect();
        Beat(FeedLink.Down);
        Assert.Equal(FeedState.Down, Status.Feed.State);
        Advance(FeedMonitor.ToldAfter);
        Await(client, sent => sent[^1].StartsWith("feed_status {\"status\":\"down\"", StringComparison.Ordinal));
        Beat(FeedLink.Down);
        Beat();
        Advance(FeedMonitor.ToldAfter);
        Await(client, sent => sent[^1].StartsWith("feed_status {\"status\":\"live\"", StringComparison.Ordinal));
        Assert.Equal(["connected", "feed_status", "feed_status"], Names(client));
    }

    [Fact]
    public void A_state_that_does_not_hold_for_a_second_is_shown_by_health_and_told_to_no_client()
    {
        var client = Connect();
        Advance(FeedMonitor.ToldAfter);
        for (var i = 0; i < 10; i++)
        {
            Beat(FeedLink.Down);
            Assert.Equal(FeedState.Down, Status.Feed.State);
            Advance(TimeSpan.FromSeconds(0.75));
            Beat();
            Assert.Equal(FeedState.Live, Status.Feed.State);
            Advance(TimeSpan.FromSeconds(0.75));
        }

        Advance(TimeSpan.FromSeconds(0.25));
        Assert.Equal(["connected"], Names(client));
        AwaitAssert(() => Assert.Single(Logs.Of("feed_status_changed")));
    }

    [Fact]
    public void A_client_that_connects_in_a_short_outage_is_told_of_it_and_of_its_end()
    {
        Advance(FeedMonitor.ToldAfter);
        Beat(FeedLink.Down);
        var client = Connect();
        Await(client, sent => sent.Count == 2);
        Beat();
        Advance(FeedMonitor.ToldAfter);
        Await(client, sent => sent[^1].StartsWith("feed_status {\"status\":\"live\"", StringComparison.Ordinal));
        Assert.Equal(["connected", "feed_status", "feed_status"], Names(client));
    }

    [Fact]
    public void The_feed_is_stale_between_two_bridges()
    {
        Beat(epoch: 7);
        Monitor.Tell(new BridgeHeartbeat(7, 1, "127.0.0.1:4053", FeedLink.Up, IsLast: true));
        AwaitAssert(() => Assert.Equal(FeedState.Stale, Status.Feed.State));
        Beat(epoch: 8);
        Assert.Equal(FeedState.Live, Status.Feed.State);

        // The former bridge says it again, when its lease is released.
        Monitor.Tell(new BridgeHeartbeat(7, 1, "127.0.0.1:4053", FeedLink.Up, IsLast: true));
        Beat(epoch: 8);
        Assert.Equal(FeedState.Live, Status.Feed.State);
    }

    [Fact]
    public void Every_node_shows_that_the_active_bridge_goes_on_without_a_renewed_lease_until_it_ends()
    {
        // Redis refuses this node's commands too; both are shown.
        Problems.Raise(Problem.RedisRefuses, "NOREPLICAS Not enough good replicas to write.");
        Beat(isUnrenewed: true);
        Beat(isUnrenewed: true);
        var (problem, detail) = Assert.Single(Problems.Current);
        Assert.Equal(
            (Problem.RedisRefuses, "NOREPLICAS Not enough good replicas to write.; the active bridge (127.0.0.1:4053) goes on without a renewed lease, because Redis refuses to renew it"),
            (problem, detail));
        Problems.End(Problem.RedisRefuses);
        Assert.StartsWith("the active bridge", Assert.Single(Problems.Current).Value);

        Beat();
        Assert.Empty(Problems.Current);
        Assert.Equal("127.0.0.1:4053", Assert.Single(Logs.Of("bridge_lease_not_renewed"))["bridge_node"]);
        Assert.Single(Logs.Of("bridge_lease_renewed"));
    }

    [Fact]
    public void A_bridge_that_falls_silent_goes_on_without_a_renewed_lease_no_more()
    {
        Beat(isUnrenewed: true);
        Assert.Single(Problems.Current);
        Advance(FeedMonitor.StaleAfter);
        AwaitAssert(() => Assert.Empty(Problems.Current));
    }

    [Fact]
    public void A_client_that_connects_while_the_feed_is_not_live_gets_its_status_after_connected()
    {
        Beat(FeedLink.Down);
        var client = Connect();
        Await(client, sent => sent.Count == 2);
        Assert.Equal(["connected", "feed_status"], Names(client));
        Assert.Contains("\"status\":\"down\"", client.Sent[1]);
    }

    [Fact]
    public void The_heartbeat_of_a_superseded_bridge_is_ignored()
    {
        Beat(epoch: 7);
        Assert.Equal(7, Status.Feed.BridgeEpoch);
        Beat(FeedLink.Down, epoch: 6);
        Beat(epoch: 8);
        Assert.Equal(8, Status.Feed.BridgeEpoch);
        Assert.Equal(FeedState.Live, Status.Feed.State);
        Assert.Equal("127.0.0.1:4053", Status.Feed.BridgeNode);
        Advance(FeedMonitor.ToldAfter);
        AwaitAssert(() => Assert.Single(Logs.Of("feed_status_changed")));
    }

    [Fact]
    public void The_feed_stays_down_while_no_bridge_holds_the_lease()
    {
        Beat(epoch: 7);
        Assert.Equal(FeedState.Live, Status.Feed.State);

        // While the holder still speaks, another's word that there is none counts for nothing.
        Beat(FeedLink.Down, epoch: 0);
        Assert.Equal(FeedState.Live, Status.Feed.State);
        Beat(FeedLink.Down, epoch: 7);
        Assert.Equal(FeedState.Down, Status.Feed.State);

        Advance(FeedMonitor.StaleAfter);
        AwaitAssert(() => Assert.Equal(FeedState.Stale, Status.Feed.State));
        Beat(FeedLink.Down, epoch: 0);
        Assert.Equal(FeedState.Down, Status.Feed.State);
        Assert.Equal(7, Status.Feed.BridgeEpoch);
    }

    /// <summary>A heartbeat that the monitor has handled, of a newer bridge than the one at the start of the spec, of which some may still be under way.</summary>
    private void Beat(FeedLink link = FeedLink.Up, long epoch = 2, bool isUnrenewed = false)
    {
        Monitor.Tell(new BridgeHeartbeat(epoch, 1, "127.0.0.1:4053", link, IsUnrenewed: isUnrenewed));
        Monitor.Tell(new Identify(null), TestActor);
        ExpectMsg<ActorIdentity>();
    }
}

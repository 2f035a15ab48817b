using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Tests.Feed;

public class HeartbeatPolicySpecs
{
    private readonly HeartbeatPolicy _policy = new("a:1", TimeSpan.FromSeconds(2), startedAt: TimeSpan.Zero);
    private readonly PublishingRight _right = new(TimeProvider.System);

    [Fact]
    public void The_last_heartbeat_of_a_term_has_its_last_sequence_and_is_marked()
    {
        var term = Term(7);
        term.Next();
        Due(term, linkUp: true, storeReachable: true, At(0));
        Assert.Equal(new BridgeHeartbeat(7, 1, "a:1", FeedLink.Up, IsLast: true), _policy.Last(7));
        _policy.LinkUp = false;
        Assert.Equal(new BridgeHeartbeat(7, 1, "a:1", FeedLink.Down, IsLast: true), _policy.Last(7));
    }

    [Fact]
    public void A_term_that_has_not_begun_has_no_last_heartbeat()
    {
        Due(Term(7), linkUp: true, storeReachable: true, At(0));
        Assert.Null(_policy.Last(8));
    }

    [Fact]
    public void The_heartbeat_of_the_active_bridge_has_the_state_of_its_link()
    {
        Assert.Equal(new BridgeHeartbeat(7, 0, "a:1", FeedLink.Up), Due(Term(7), linkUp: true, storeReachable: true, At(0)));
        Assert.Equal(new BridgeHeartbeat(7, 0, "a:1", FeedLink.Down), Due(Term(7), linkUp: false, storeReachable: true, At(0)));
    }

    [Fact]
    public void A_standby_whose_Redis_works_is_silent() => Assert.Null(Due(null, linkUp: true, storeReachable: true, At(60_000)));

    [Fact]
    public void The_last_holder_reports_that_Redis_is_lost_until_another_epoch_is_seen()
    {
        var term = Term(7);
        term.Next();
        Due(term, linkUp: true, storeReachable: true, At(0));
        Assert.Equal(new BridgeHeartbeat(7, 1, "a:1", FeedLink.Down), Due(null, linkUp: false, storeReachable: false, At(0)));
        Assert.Equal(new BridgeHeartbeat(7, 1, "a:1", FeedLink.Down), Due(null, linkUp: true, storeReachable: false, At(9_000)));
        _policy.Heard(new BridgeHeartbeat(8, 0, "b:1", FeedLink.Up), At(9_500));
        Assert.Null(Due(null, linkUp: false, storeReachable: false, At(10_000)));
    }

    [Fact]
    public void If_no_bridge_has_held_the_lease_a_standby_reports_epoch_zero_after_a_silence()
    {
        Assert.Null(Due(null, linkUp: false, storeReachable: false, At(1_999)));
        Assert.Equal(new BridgeHeartbeat(0, 0, "a:1", FeedLink.Down), Due(null, linkUp: false, storeReachable: false, At(2_000)));
    }

    [Fact]
    public void The_report_of_one_bridge_is_enough()
    {
        _policy.Heard(new BridgeHeartbeat(0, 0, "b:1", FeedLink.Down), At(1_500));
        Assert.Null(Due(null, linkUp: false, storeReachable: false, At(3_000)));
        Assert.NotNull(Due(null, linkUp: false, storeReachable: false, At(3_500)));
    }

    private BridgeHeartbeat? Due(Term? term, bool linkUp, bool storeReachable, TimeSpan now)
    {
        (_policy.LinkUp, _policy.StoreReachable) = (linkUp, storeReachable);
        return _policy.Due(term, now);
    }

    private Term Term(long epoch)
    {
        _right.Grant(epoch, long.MaxValue);
        _right.Begin(epoch);
        return _right.Current!;
    }

    private static TimeSpan At(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}

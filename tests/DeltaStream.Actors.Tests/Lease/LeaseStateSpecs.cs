using DeltaStream.Actors.Lease;

namespace DeltaStream.Actors.Tests.Lease;

public class LeaseStateSpecs
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(1);
    private readonly LeaseState _lease = new(Ttl);

    [Fact]
    public void A_standby_asks_for_the_lease_again_and_again()
    {
        Assert.Equal([new LeaseCommand.Acquire(0)], _lease.Tick(true, At(0)));
        Assert.Empty(_lease.Tick(true, At(50)));
        Assert.Empty(_lease.Acquired(Held(), At(0), true, At(60)));
        Assert.Empty(_lease.Tick(true, At(199)));
        Assert.Equal([new LeaseCommand.Acquire(0)], _lease.Tick(true, At(200)));
    }

    [Fact]
    public void A_standby_asks_for_the_lease_at_the_moment_when_it_expires()
    {
        _lease.Tick(true, At(0));
        Assert.Empty(_lease.Acquired(Held(freeIn: 120), At(0), true, At(10)));
        Assert.Empty(_lease.Tick(true, At(129)));
        Assert.Equal([new LeaseCommand.Acquire(0)], _lease.Tick(true, At(130)));
        Assert.Empty(_lease.Acquired(Held(freeIn: 990), At(130), true, At(140)));
        Assert.Empty(_lease.Tick(true, At(329)));
    }

    [Fact]
    public void A_standby_asks_at_once_when_the_holder_says_that_it_has_given_the_lease_back()
    {
        _lease.Tick(true, At(0));
        _lease.Acquired(Held(), At(0), true, At(10));
        _lease.Seen(7);
        Assert.Equal([new LeaseCommand.Acquire(7)], _lease.Freed(7, true, At(20)));
    }

    [Fact]
    public void A_standby_whose_request_may_have_come_too_early_asks_again_when_it_is_answered()
    {
        _lease.Tick(true, At(0));
        Assert.Empty(_lease.Freed(7, true, At(10)));
        Assert.Equal([new LeaseCommand.Acquire(0)], _lease.Acquired(Held(), At(0), true, At(20)));
        Assert.Empty(_lease.Acquired(Held(), At(20), true, At(30)));
    }

    [Fact]
    public void A_freed_lease_changes_nothing_for_an_old_term_a_holder_or_a_bridge_that_must_not_hold()
    {
        Assert.Empty(_lease.Freed(7, false, At(0)));
        Hold(9, At(10));
        Assert.Empty(_lease.Freed(9, true, At(20)));
        _lease.Seen(11);
        _lease.Acquired(Held(), At(20), true, At(20));
        Assert.Empty(_lease.Freed(10, true, At(30)));
    }

    [Fact]
    public void A_bridge_that_should_not_have_the_lease_does_not_ask() => Assert.Empty(_lease.Tick(false, At(0)));

    [Fact]
    public void A_grant_counts_from_its_request_and_for_less_than_its_time_to_live()
    {
        _lease.Tick(true, At(0));
        Assert.Equal([new LeaseCommand.Publish(7, At(800))], _lease.Acquired(Grant(7), At(0), true, At(300)));
        Assert.Equal(7, _lease.Epoch);
    }

    [Fact]
    public void After_a_slow_answer_the_store_is_asked_again_at_once()
    {
        Hold(7, At(0));
        Assert.Equal([new LeaseCommand.Renew(7)], _lease.Tick(true, At(250)));
        Assert.Empty(_lease.Tick(true, At(500)));
        _lease.Renewed(7, true, At(250));
        Assert.Equal([new LeaseCommand.Renew(7)], _lease.Tick(true, At(550)));
    }

    [Fact]
    public void The_holder_renews_in_time()
    {
        Hold(7, At(0));
        Assert.Empty(_lease.Tick(true, At(199)));
        Assert.Equal([new LeaseCommand.Renew(7)], _lease.Tick(true, At(250)));
        Assert.Equal([new LeaseCommand.Publish(7, At(1_050))], _lease.Renewed(7, true, At(250)));
    }

    [Fact]
    public void A_lease_that_was_flushed_or_taken_ends_the_term()
    {
        Hold(7, At(0));
        _lease.Tick(true, At(250));
        Assert.Equal([new LeaseCommand.StepDown(7, "taken")], _lease.Renewed(7, false, At(250)));
        Assert.Equal([new LeaseCommand.Acquire(7)], _lease.Tick(true, At(500)));
    }

    [Fact]
    public void A_lease_that_could_not_be_renewed_ends_before_it_can_have_expired()
    {
        Hold(7, At(0));
        _lease.Tick(true, At(250));
        _lease.Failed(At(300));
        Assert.False(_lease.StoreReachable);
        Assert.Equal([new LeaseCommand.Renew(7)], _lease.Tick(true, At(500)));
        Assert.Equal([new LeaseCommand.StepDown(7, "expired"), new LeaseCommand.Release(7)], _lease.Tick(true, At(800)));
    }

    [Fact]
    public void A_renewal_that_answers_after_the_term_ended_does_not_bring_it_back()
    {
        Hold(7, At(0));
        _lease.Tick(true, At(250));
        _lease.Tick(true, At(900));
        Assert.Empty(_lease.Renewed(7, true, At(250)));
        Assert.Null(_lease.Epoch);
    }

    [Fact]
    public void A_grant_that_comes_too_late_is_given_back()
    {
        _lease.Tick(true, At(0));
        Assert.Equal([new LeaseCommand.Release(7)], _lease.Acquired(Grant(7), At(0), true, At(800)));
        Assert.Null(_lease.Epoch);
    }

    [Fact]
    public void A_grant_that_is_no_longer_wanted_is_given_back()
    {
        _lease.Tick(true, At(0));
        Assert.Equal([new LeaseCommand.Release(7)], _lease.Acquired(Grant(7), At(0), false, At(10)));
    }

    [Fact]
    public void A_holder_that_sees_a_higher_epoch_steps_down()
    {
        Hold(7, At(0));
        Assert.Empty(_lease.Seen(6));
        Assert.Equal([new LeaseCommand.StepDown(7, "fenced"), new LeaseCommand.Release(7)], _lease.Seen(8));
    }

    [Fact]
    public void An_epoch_not_above_one_that_was_seen_is_not_used()
    {
        _lease.Tick(true, At(0));
        _lease.Seen(9);
        Assert.Equal([new LeaseCommand.Release(8)], _lease.Acquired(Grant(8), At(0), true, At(10)));
        Assert.Equal([new LeaseCommand.Acquire(9)], _lease.Tick(true, At(300)));
    }

    [Fact]
    public void A_holder_whose_write_was_refused_steps_down()
    {
        Assert.Empty(_lease.Refused());
        Hold(7, At(0));
        Assert.Equal([new LeaseCommand.StepDown(7, "refused"), new LeaseCommand.Release(7)], _lease.Refused());
    }

    [Fact]
    public void A_holder_that_may_no_longer_have_the_lease_hands_it_on_at_once()
    {
        Hold(7, At(0));
        Assert.Equal([new LeaseCommand.StepDown(7, "given_up"), new LeaseCommand.Release(7)], _lease.Tick(false, At(10)));
    }

    [Fact]
    public void A_lease_from_a_flushed_store_is_used_after_the_last_holders_time()
    {
        _lease.Seen(7);
        _lease.Tick(true, At(0));
        Assert.Empty(_lease.Acquired(Grant(8, epochBefore: 0), At(0), true, At(10)));
        Assert.Equal(8, _lease.Epoch);

        Assert.Equal([new LeaseCommand.Renew(8)], _lease.Tick(true, At(250)));
        Assert.Empty(_lease.Renewed(8, true, At(250)));
        Assert.Equal([new LeaseCommand.Renew(8)], _lease.Tick(true, At(500)));
        Assert.Empty(_lease.Renewed(8, true, At(500)));
        Assert.Equal([new LeaseCommand.Renew(8)], _lease.Tick(true, At(809)));
        Assert.Equal([new LeaseCommand.Publish(8, At(1_300))], _lease.Tick(true, At(810)));
        Assert.Equal([new LeaseCommand.Publish(8, At(1_609))], _lease.Renewed(8, true, At(809)));
    }

    [Fact]
    public void A_holder_whose_own_term_the_store_has_forgotten_publishes_at_once()
    {
        Hold(7, At(0));
        _lease.Tick(true, At(250));
        _lease.Renewed(7, false, At(250));
        _lease.Tick(true, At(500));
        Assert.Equal([new LeaseCommand.Publish(8, At(1_300))], _lease.Acquired(Grant(8, epochBefore: 0), At(500), true, At(510)));
    }

    [Fact]
    public void A_term_that_the_store_remembers_is_over_when_its_lease_is_free()
    {
        _lease.Seen(7);
        _lease.Tick(true, At(0));
        Assert.Equal([new LeaseCommand.Publish(8, At(800))], _lease.Acquired(Grant(8, epochBefore: 7), At(0), true, At(10)));
    }

    private static LeaseAnswer Grant(long epoch, long? epochBefore = null) => new(new LeaseGrant(epoch, epochBefore ?? epoch - 1), TimeSpan.Zero);

    private static LeaseAnswer Held(int freeIn = 1_000) => new(null, At(freeIn));

    private static TimeSpan At(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private void Hold(long epoch, TimeSpan now)
    {
        _lease.Tick(true, now);
        Assert.Single(_lease.Acquired(Grant(epoch), now, true, now));
    }
}

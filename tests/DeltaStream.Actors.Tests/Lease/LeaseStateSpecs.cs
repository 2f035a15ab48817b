using DeltaStream.Actors.Lease;

namespace DeltaStream.Actors.Tests.Lease;

public class LeaseStateSpecs
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(1);
    private readonly LeaseState _lease = new(new LeaseTimes(Ttl));

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
    public void A_store_that_answers_slowly_is_asked_again_before_it_has_answered_and_an_answer_counts_from_its_request()
    {
        Hold(7, At(0));
        foreach (var at in new[] { 250, 500, 550, 600, 650, 700 }) Assert.Equal([new LeaseCommand.Renew(7)], _lease.Tick(true, At(at)));
        Assert.Equal([new LeaseCommand.Publish(7, At(1_050))], _lease.Renewed(7, Ours, At(250), At(950)));
        Assert.Equal([new LeaseCommand.Publish(7, At(1_300))], _lease.Renewed(7, Ours, At(500), At(1_200)));
        Assert.Equal([new LeaseCommand.Publish(7, At(1_350))], _lease.Renewed(7, Ours, At(550), At(1_250)));
        Assert.Empty(_lease.Renewed(7, Ours, At(400), At(1_260)));
    }

    [Fact]
    public void A_term_whose_answer_is_late_lapses_and_goes_on_with_the_answer()
    {
        Hold(7, At(0));
        _lease.Tick(true, At(250));
        Assert.DoesNotContain(_lease.Tick(true, At(1_299)), command => command is LeaseCommand.StepDown);
        Assert.Equal([new LeaseCommand.Publish(7, At(1_400))], _lease.Renewed(7, Ours, At(600), At(1_299)));
        _lease.Tick(true, At(1_300));
        Assert.Equal([new LeaseCommand.StepDown(7, "expired"), new LeaseCommand.Release(7)], _lease.Tick(true, At(1_900)));
    }

    [Fact]
    public void The_holder_renews_in_time()
    {
        Hold(7, At(0));
        Assert.Empty(_lease.Tick(true, At(199)));
        Assert.Equal([new LeaseCommand.Renew(7)], _lease.Tick(true, At(250)));
        Assert.Equal([new LeaseCommand.Publish(7, At(1_050))], _lease.Renewed(7, Ours, At(250), At(250)));
    }

    [Fact]
    public void A_lease_that_was_flushed_or_taken_ends_the_term()
    {
        Hold(7, At(0));
        _lease.Tick(true, At(250));
        Assert.Equal([new LeaseCommand.StepDown(7, "taken")], _lease.Renewed(7, Lost, At(250), At(250)));
        Assert.Equal([new LeaseCommand.Acquire(7)], _lease.Tick(true, At(500)));
    }

    [Fact]
    public void A_lease_that_could_not_be_renewed_ends_before_it_can_have_expired()
    {
        Hold(7, At(0));
        _lease.Tick(true, At(250));
        _lease.RenewalFailed(7);
        Assert.False(_lease.StoreReachable);
        Assert.Equal([new LeaseCommand.Renew(7)], _lease.Tick(true, At(500)));
        _lease.RenewalFailed(7);
        Assert.Equal([new LeaseCommand.StepDown(7, "expired"), new LeaseCommand.Release(7)], _lease.Tick(true, At(800)));
    }

    [Fact]
    public void A_renewal_that_answers_after_the_term_ended_does_not_bring_it_back()
    {
        Hold(7, At(0));
        _lease.Tick(true, At(250));
        _lease.Tick(true, At(1_300));
        Assert.Empty(_lease.Renewed(7, Ours, At(250), At(1_310)));
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
        Assert.Empty(_lease.Acquired(Grant(8), At(0), true, At(10)));
        Assert.Null(_lease.Epoch);
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
        Assert.Empty(_lease.Renewed(8, Ours, At(250), At(250)));
        Assert.Equal([new LeaseCommand.Renew(8)], _lease.Tick(true, At(500)));
        Assert.Empty(_lease.Renewed(8, Ours, At(500), At(500)));
        Assert.Equal([new LeaseCommand.Renew(8)], _lease.Tick(true, At(809)));
        Assert.Equal([new LeaseCommand.Publish(8, At(1_300))], _lease.Tick(true, At(810)));
        Assert.Equal([new LeaseCommand.Publish(8, At(1_609))], _lease.Renewed(8, Ours, At(809), At(809)));
    }

    [Fact]
    public void A_holder_whose_own_term_the_store_has_forgotten_publishes_at_once()
    {
        Hold(7, At(0));
        _lease.Tick(true, At(250));
        _lease.Renewed(7, Lost, At(250), At(250));
        _lease.Tick(true, At(500));
        Assert.Equal([new LeaseCommand.Publish(8, At(1_300))], _lease.Acquired(Grant(8, epochBefore: 0), At(500), true, At(510)));
    }

    [Theory]
    [InlineData(100, 90, 800)] // gone before its time, without a word of its holder: deleted by hand or evicted
    [InlineData(100, 219, 0)] // in the first moment after it expired its holder has not gone on
    [InlineData(100, 221, 313)]
    [InlineData(1_000, 5_000, 313)]
    public void A_bridge_that_takes_anothers_lease_waits_as_long_as_its_holder_may_go_on(int freeFrom, int takenAt, int waits)
    {
        _lease.Seen(7);
        _lease.Tick(true, At(0));
        _lease.Acquired(Held(freeFrom), At(0), true, At(1));
        var begun = _lease.Acquired(Grant(8, epochBefore: 7), At(takenAt), true, At(takenAt));
        Assert.Equal(waits == 0, begun.Count == 1);
        if (waits == 0) return;
        Assert.DoesNotContain(_lease.Tick(true, At(takenAt + waits - 1)), command => command is LeaseCommand.Publish);
        _lease.Renewed(8, Ours, At(takenAt + waits - 1), At(takenAt + waits - 1));
        Assert.Contains(_lease.Tick(true, At(takenAt + waits)), command => command is LeaseCommand.Publish);
    }

    [Fact]
    public void A_released_lease_is_used_at_once_however_late_its_release_is_announced()
    {
        _lease.Seen(7);
        Assert.Equal([new LeaseCommand.Acquire(7)], _lease.Freed(7, true, At(0)));
        Assert.Equal([new LeaseCommand.Publish(8, At(800))], _lease.Acquired(Grant(8, epochBefore: 7), At(0), true, At(10)));

        var other = new LeaseState(new LeaseTimes(Ttl));
        other.Tick(true, At(0));
        Assert.Empty(other.Acquired(Grant(8, epochBefore: 7), At(0), true, At(10)));
        Assert.Empty(other.Freed(6, true, At(20)));
        Assert.Equal([new LeaseCommand.Publish(8, At(800))], other.Freed(7, true, At(30)));
    }

    [Fact]
    public void A_refused_renewal_is_trusted_while_the_lease_has_not_expired_and_then_in_short_spans()
    {
        Hold(7, At(0));
        Assert.Equal([new LeaseCommand.Publish(7, At(900))], _lease.Renewed(7, Refused(left: 500), At(500), At(501)));
        Assert.Empty(_lease.Renewed(7, Refused(left: 50), At(850), At(851)));
        for (var at = 851; at < 1_000; at++) Assert.DoesNotContain(_lease.Tick(true, At(at)), command => command is LeaseCommand.StepDown);
        Assert.Empty(_lease.Renewed(7, Refused(), At(1_000), At(1_001)));
        Assert.Empty(_lease.Renewed(7, Refused(), At(1_150), At(1_151)));
        Assert.Equal([new LeaseCommand.Publish(7, At(1_401))], _lease.Renewed(7, Refused(), At(1_151), At(1_152)));
        Assert.Equal([new LeaseCommand.Publish(7, At(1_451))], _lease.Renewed(7, Refused(), At(1_201), At(1_202)));
        Assert.True(_lease.StoreReachable);

        // Writes are possible again, and nobody has taken the lease.
        Assert.Equal([new LeaseCommand.Publish(7, At(2_050))], _lease.Renewed(7, Ours, At(1_250), At(1_251)));
        Assert.Equal(7, _lease.Epoch);
    }

    [Fact]
    public void Refusals_that_are_not_an_unbroken_row_do_not_show_that_the_lease_was_free_all_the_time()
    {
        Hold(7, At(0));
        _lease.Renewed(7, Refused(), At(1_000), At(1_001));
        Assert.Empty(_lease.Renewed(7, Refused(), At(1_790), At(1_800)));
        Assert.NotEmpty(_lease.Renewed(7, Refused(left: 10), At(1_900), At(1_901)));
        Assert.Empty(_lease.Renewed(7, Refused(), At(1_950), At(1_951)));
        Assert.NotEmpty(_lease.Renewed(7, Refused(), At(2_101), At(2_102)));
    }

    [Fact]
    public void A_lease_that_another_took_between_two_refusals_ends_the_term()
    {
        Hold(7, At(0));
        _lease.Renewed(7, Refused(), At(1_000), At(1_001));
        Assert.Equal([new LeaseCommand.StepDown(7, "taken")], _lease.Renewed(7, Lost, At(1_200), At(1_201)));
    }

    private static readonly LeaseRenewal Ours = new(LeaseRenewalResult.Renewed);
    private static readonly LeaseRenewal Lost = new(LeaseRenewalResult.Lost);

    private static LeaseRenewal Refused(int left = 0) => new(LeaseRenewalResult.Refused, At(left));

    private static LeaseAnswer Grant(long epoch, long? epochBefore = null) => new(new LeaseGrant(epoch, epochBefore ?? 0), TimeSpan.Zero);

    private static LeaseAnswer Held(int freeIn = 1_000) => new(null, At(freeIn));

    private static TimeSpan At(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private void Hold(long epoch, TimeSpan now)
    {
        _lease.Tick(true, now);
        Assert.Single(_lease.Acquired(Grant(epoch), now, true, now));
    }
}

namespace DeltaStream.Actors.Lease;

/// <summary>A command from the lease's state to its actor.</summary>
internal abstract record LeaseCommand
{
    private LeaseCommand() { }

    /// <summary>Request the lease from the store.</summary>
    public sealed record Acquire(long EpochFloor) : LeaseCommand;

    /// <summary>Renew the lease in the store.</summary>
    public sealed record Renew(long Epoch) : LeaseCommand;

    /// <summary>Release the lease in the store.</summary>
    public sealed record Release(long Epoch) : LeaseCommand;

    /// <summary>The term begins or continues: the bridge may publish until this reading of its own monotonic clock.</summary>
    public sealed record Publish(long Epoch, TimeSpan Until) : LeaseCommand;

    /// <summary>The term is over and the bridge must stop publishing at once.</summary>
    /// <param name="Epoch">The epoch of the ended term.</param>
    /// <param name="Reason">The reason as a tag for metrics: <c>expired</c>, <c>taken</c>, <c>fenced</c>, <c>refused</c> or <c>given_up</c>.</param>
    public sealed record StepDown(long Epoch, string Reason) : LeaseCommand
    {
        public static readonly IReadOnlyList<string> Reasons = ["expired", "taken", "fenced", "refused", "given_up"];
    }
}

/// <summary>
/// All decisions about the lease. Time is an argument, from a monotonic clock. An answer of the store is trusted by the time of its
/// request, so several renewals may be under way. Without a fresh answer the right to publish lapses; the term itself goes on for
/// a moment, in which a renewal can show that nobody else was granted the lease.
/// </summary>
/// <param name="times">The spans of the rules.</param>
internal sealed class LeaseState(LeaseTimes times)
{
    private static readonly LeaseCommand[] Nothing = [];

    private TimeSpan _until;
    private TimeSpan _confirmedAt;
    private TimeSpan? _beginsAt;
    private long _lastHeld;
    private long _waitsFor;
    private TimeSpan _nextRequest = TimeSpan.MinValue;
    private int _renewals;
    private bool _acquiring;
    private bool _freedMeanwhile;

    // The end of the last term whose holder has said that it publishes nothing more.
    private long _freed;

    // The earliest time at which the lease of another bridge can have expired; null if nothing is known.
    private TimeSpan? _freeFrom;

    // The request of the last renewal that the store refused.
    private TimeSpan? _refusedAt;

    // The unbroken row of refused renewals that found the lease expired: the answer of the first and the request of the last.
    private (TimeSpan Since, TimeSpan LastAskedAt)? _refusedAfterExpiry;

    /// <summary>The spans of the rules.</summary>
    public LeaseTimes Times => times;

    /// <summary>The epoch of the current term; null on a standby.</summary>
    public long? Epoch { get; private set; }

    /// <summary>The highest epoch seen in the cluster or in the store.</summary>
    public long EpochFloor { get; private set; }

    /// <summary>True if the last request reached the store; null before the first answer.</summary>
    public bool? StoreReachable { get; private set; }

    /// <summary>True while the term goes on although the store refuses to renew the lease.</summary>
    public bool IsUnrenewed => Epoch is not null && _refusedAt is not null;

    /// <summary>Handles the passing of time. The caller ticks many times per ttl.</summary>
    /// <param name="mayHold">False if this bridge must not have the lease now.</param>
    /// <param name="now">The current time.</param>
    public IReadOnlyList<LeaseCommand> Tick(bool mayHold, TimeSpan now)
    {
        if (Epoch is { } held)
        {
            if (now >= _until && !MayGoOn(now)) return End("expired", release: true);
            if (!mayHold) return End("given_up", release: true);
            if (now >= _beginsAt)
            {
                _beginsAt = null;
                if (now < _until) return [new LeaseCommand.Publish(held, _until)];
            }

            if (now < _nextRequest) return Nothing;
            // A late answer must not leave a gap, so while answers are late requests follow each other closely.
            _nextRequest = now + (now - _confirmedAt > times.Late ? times.Hurry : times.RenewEvery);
            _renewals++;
            return [new LeaseCommand.Renew(held)];
        }

        if (!mayHold || _acquiring || now < _nextRequest) return Nothing;
        _acquiring = true;
        return [new LeaseCommand.Acquire(EpochFloor)];
    }

    /// <summary>Handles the store's answer to an <see cref="LeaseCommand.Acquire"/>.</summary>
    /// <param name="answer">The grant, or the time for which another owner still has the lease.</param>
    /// <param name="askedAt">The time of the request. The grant's lifetime counts from here, because the store granted it no earlier.</param>
    /// <param name="mayHold">False if this bridge must not have the lease now.</param>
    /// <param name="now">The current time.</param>
    public IReadOnlyList<LeaseCommand> Acquired(LeaseAnswer answer, TimeSpan askedAt, bool mayHold, TimeSpan now)
    {
        AcquireAnswered(reachable: true, askedAt + times.TryEvery);
        if (answer.Grant is not var (granted, before))
        {
            _freeFrom = askedAt + answer.FreeIn;
            return NotYet(answer.FreeIn, mayHold, now);
        }

        var beginsAt = BeginsAt(before, now);
        // A late grant is about to expire, and a grant below a known epoch is already superseded: release it. A lease whose holder
        // has to wait is not released before its time, because the next holder would not know for whom to wait.
        if (!mayHold || now >= askedAt + times.Trusted || granted <= EpochFloor)
            return beginsAt is null ? [new LeaseCommand.Release(granted)] : Nothing;

        _beginsAt = beginsAt;
        _waitsFor = before >= EpochFloor ? before : 0;
        Epoch = EpochFloor = _lastHeld = granted;
        (_until, _confirmedAt, _refusedAt, _refusedAfterExpiry, _freeFrom, _renewals) = (askedAt + times.Trusted, askedAt, null, null, null, 0);
        _nextRequest = askedAt + times.RenewEvery;
        return _beginsAt is null ? [new LeaseCommand.Publish(granted, _until)] : Nothing;
    }

    /// <summary>Handles the store's answer to a <see cref="LeaseCommand.Renew"/>.</summary>
    /// <param name="epoch">The epoch of the request.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="askedAt">The time of the request.</param>
    /// <param name="now">The current time.</param>
    public IReadOnlyList<LeaseCommand> Renewed(long epoch, LeaseRenewal answer, TimeSpan askedAt, TimeSpan now)
    {
        StoreReachable = true;
        if (epoch != Epoch) return Nothing;
        _renewals--;
        _refusedAt = answer.Result == LeaseRenewalResult.Refused ? askedAt : null;
        switch (answer.Result)
        {
            case LeaseRenewalResult.Renewed:
                _refusedAfterExpiry = null;
                if (askedAt > _confirmedAt) _confirmedAt = askedAt;
                return Trust(epoch, askedAt + times.Trusted);
            case LeaseRenewalResult.Refused when answer.ExpiresIn > TimeSpan.Zero:
                // Nobody can take the lease before it expires.
                _refusedAfterExpiry = null;
                return Trust(epoch, askedAt + (answer.ExpiresIn * LeaseTimes.Slack));
            case LeaseRenewalResult.Refused:
                return OnRefusedAfterExpiry(epoch, askedAt, now);
            default:
                return End("taken", release: false);
        }
    }

    /// <summary>Handles a renewal that did not reach the store.</summary>
    /// <param name="epoch">The epoch of the request.</param>
    public IReadOnlyList<LeaseCommand> RenewalFailed(long epoch)
    {
        StoreReachable = false;
        if (epoch == Epoch) _renewals--;
        return Nothing;
    }

    /// <summary>Handles a request for the lease that did not reach the store, or that the store refused.</summary>
    public IReadOnlyList<LeaseCommand> AcquireFailed(TimeSpan now)
    {
        AcquireAnswered(reachable: false, now + times.TryEvery);
        return Nothing;
    }

    /// <summary>Handles an epoch that was seen in the cluster.</summary>
    public IReadOnlyList<LeaseCommand> Seen(long epoch)
    {
        EpochFloor = Math.Max(EpochFloor, epoch);
        return Epoch < epoch ? End("fenced", release: true) : Nothing;
    }

    /// <summary>
    /// The holder of a term publishes nothing more and releases the lease: request it at once instead of on the next tick.
    /// </summary>
    /// <param name="epoch">The epoch of the ended term.</param>
    /// <param name="mayHold">False if this bridge must not have the lease now.</param>
    /// <param name="now">The current time.</param>
    public IReadOnlyList<LeaseCommand> Freed(long epoch, bool mayHold, TimeSpan now)
    {
        _freed = Math.Max(_freed, epoch);
        if (_beginsAt is not null && epoch == _waitsFor)
        {
            _beginsAt = now;
            return Tick(mayHold, now);
        }

        // The message is stale: another bridge has taken the lease since.
        if (epoch < EpochFloor || Epoch is not null) return Nothing;

        // A request in flight may reach the store before the release, so its answer is followed by another request at once.
        _freedMeanwhile = _acquiring;
        _nextRequest = now;
        return Tick(mayHold, now);
    }

    /// <summary>The store refused a write because it has a higher epoch.</summary>
    public IReadOnlyList<LeaseCommand> Refused() => Epoch is null ? Nothing : End("refused", release: true);

    /// <summary>When a new holder may begin to publish: its predecessor has stopped by then. Null: at once.</summary>
    private TimeSpan? BeginsAt(long before, TimeSpan now)
    {
        // A store that was flushed since has forgotten the terms of others. Nobody had a term if this bridge has seen none.
        var isOwn = EpochFloor == _lastHeld && (before == 0 ? _freeFrom is null : before == _lastHeld || (before < _lastHeld && _freeFrom is null));
        if (isOwn || (before == _freed && before != 0 && before >= EpochFloor)) return null;

        // A flushed store has forgotten a holder that may still trust its last renewal. The same holds for a lease that is gone
        // before its time although its holder has not said that it released it.
        if (before < EpochFloor || before == 0 || now < _freeFrom) return now + times.Trusted;

        // While the store refuses writes, the holder may continue after its lease has expired, but it pauses first. A bridge that takes
        // the lease during this pause need not wait.
        return now - _freeFrom <= times.SurePause ? null : now + times.PredecessorRefusedSpan;
    }

    /// <summary>The lease has expired, nobody was granted it since, and the store refuses writes, so nobody can take it now.</summary>
    private IReadOnlyList<LeaseCommand> OnRefusedAfterExpiry(long epoch, TimeSpan askedAt, TimeSpan now)
    {
        // If two such answers lie closer together than the ttl, no other bridge can have held the lease in between.
        var since = _refusedAfterExpiry is { } row && now - row.LastAskedAt < times.Trusted ? row.Since : now;
        _refusedAfterExpiry = (since, askedAt);
        return askedAt >= since + times.PauseAfterExpiry ? Trust(epoch, askedAt + times.RefusedSpan) : Nothing;
    }

    // The right has lapsed. The term goes on only while an answer is awaited, or the store refuses every bridge alike.
    private bool MayGoOn(TimeSpan now) =>
        now < _until + times.Grace && (_renewals > 0 || now - _refusedAt < times.Grace);

    private IReadOnlyList<LeaseCommand> NotYet(TimeSpan freeIn, bool mayHold, TimeSpan now)
    {
        // A live holder renews long before its grant expires. A lease that is about to expire probably belongs to a dead
        // holder.
        if (now + freeIn >= _nextRequest) return Tick(mayHold, now);
        _nextRequest = now + freeIn;
        return Nothing;
    }

    private void AcquireAnswered(bool reachable, TimeSpan nextRequest)
    {
        _acquiring = false;
        StoreReachable = reachable;
        _nextRequest = _freedMeanwhile ? TimeSpan.MinValue : nextRequest;
        _freedMeanwhile = false;
    }

    private LeaseCommand[] Trust(long epoch, TimeSpan until)
    {
        if (until <= _until) return Nothing;
        _until = until;
        return _beginsAt is null ? [new LeaseCommand.Publish(epoch, _until)] : Nothing;
    }

    private LeaseCommand[] End(string reason, bool release)
    {
        var ended = Epoch!.Value;
        var hasBegun = _beginsAt is null;
        Epoch = null;
        _beginsAt = null;
        return release && hasBegun
            ? [new LeaseCommand.StepDown(ended, reason), new LeaseCommand.Release(ended)]
            : [new LeaseCommand.StepDown(ended, reason)];
    }
}

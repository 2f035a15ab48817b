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
/// All decisions about the lease. Time is an argument, from a monotonic clock. Any doubt ends the term. The next term has a new
/// epoch, so the validity of an old one never matters again.
/// </summary>
/// <param name="ttl">How long a grant holds in the store.</param>
internal sealed class LeaseState(TimeSpan ttl)
{
    private static readonly LeaseCommand[] Nothing = [];

    // A margin: the store's clock may run a little faster than this process's clock.
    private readonly TimeSpan _trusted = ttl * 0.8;
    private readonly TimeSpan _renewEvery = ttl / 4;
    private readonly TimeSpan _tryEvery = ttl / 5;

    private TimeSpan _until;
    private TimeSpan? _beginsAt;
    private long _lastHeld;
    private TimeSpan _nextRequest = TimeSpan.MinValue;
    private bool _asking;
    private bool _freedMeanwhile;

    /// <summary>The epoch of the current term; null on a standby.</summary>
    public long? Epoch { get; private set; }

    /// <summary>The highest epoch seen in the cluster or in the store.</summary>
    public long EpochFloor { get; private set; }

    /// <summary>True if the last request reached the store; null before the first answer.</summary>
    public bool? StoreReachable { get; private set; }

    /// <summary>Handles the passing of time. The caller ticks many times per ttl.</summary>
    /// <param name="mayHold">False if this bridge must not have the lease now.</param>
    /// <param name="now">The current time.</param>
    public IReadOnlyList<LeaseCommand> Tick(bool mayHold, TimeSpan now)
    {
        if (Epoch is { } held)
        {
            if (now >= _until) return End("expired", release: true);
            if (!mayHold) return End("given_up", release: true);
            if (now >= _beginsAt)
            {
                _beginsAt = null;
                return [new LeaseCommand.Publish(held, _until)];
            }

            if (_asking || now < _nextRequest) return Nothing;
            _asking = true;
            return [new LeaseCommand.Renew(held)];
        }

        if (!mayHold || _asking || now < _nextRequest) return Nothing;
        _asking = true;
        return [new LeaseCommand.Acquire(EpochFloor)];
    }

    /// <summary>Handles the store's answer to an <see cref="LeaseCommand.Acquire"/>.</summary>
    /// <param name="answer">The grant, or the time for which another owner still has the lease.</param>
    /// <param name="askedAt">The time of the request. The grant's lifetime counts from here, because the store granted it no earlier.</param>
    /// <param name="mayHold">False if this bridge must not have the lease now.</param>
    /// <param name="now">The current time.</param>
    public IReadOnlyList<LeaseCommand> Acquired(LeaseAnswer answer, TimeSpan askedAt, bool mayHold, TimeSpan now)
    {
        Answered(reachable: true, askedAt + _tryEvery);
        if (answer.Grant is not var (granted, before)) return NotYet(answer.FreeIn, mayHold, now);

        // A late grant is about to expire, and a grant below a known epoch is already superseded: release it.
        if (!mayHold || now >= askedAt + _trusted || granted <= EpochFloor) return [new LeaseCommand.Release(granted)];

        // A flushed store can grant a lease that the last holder still trusts, so wait until that holder's trust has run out.
        var mayBeTwo = before < EpochFloor && EpochFloor != _lastHeld;
        _beginsAt = mayBeTwo ? now + _trusted : null;
        Epoch = EpochFloor = _lastHeld = granted;
        return Trust(granted, askedAt);
    }

    /// <summary>Handles the store's answer to a <see cref="LeaseCommand.Renew"/>.</summary>
    /// <param name="epoch">The epoch of the request.</param>
    /// <param name="stillOurs">True if the lease was renewed.</param>
    /// <param name="askedAt">The time of the request.</param>
    public IReadOnlyList<LeaseCommand> Renewed(long epoch, bool stillOurs, TimeSpan askedAt)
    {
        Answered(reachable: true, askedAt + _renewEvery);
        if (epoch != Epoch) return Nothing;
        return stillOurs ? Trust(epoch, askedAt) : End("taken", release: false);
    }

    /// <summary>Handles a request that did not reach the store.</summary>
    public IReadOnlyList<LeaseCommand> Failed(TimeSpan now)
    {
        Answered(reachable: false, now + _tryEvery);
        return Nothing;
    }

    /// <summary>Handles an epoch that was seen in the cluster.</summary>
    public IReadOnlyList<LeaseCommand> Seen(long epoch)
    {
        EpochFloor = Math.Max(EpochFloor, epoch);
        return Epoch < epoch ? End("fenced", release: true) : Nothing;
    }

    /// <summary>The holder of a term has released the lease: request it at once instead of on the next tick.</summary>
    /// <param name="epoch">The epoch of the released term.</param>
    /// <param name="mayHold">False if this bridge must not have the lease now.</param>
    /// <param name="now">The current time.</param>
    public IReadOnlyList<LeaseCommand> Freed(long epoch, bool mayHold, TimeSpan now)
    {
        // The message is stale: another bridge has taken the lease since.
        if (epoch < EpochFloor || Epoch is not null) return Nothing;

        // A request in flight may reach the store before the release, so its answer is followed by another request at once.
        _freedMeanwhile = _asking;
        _nextRequest = now;
        return Tick(mayHold, now);
    }

    /// <summary>The store refused a write because it has a higher epoch.</summary>
    public IReadOnlyList<LeaseCommand> Refused() => Epoch is null ? Nothing : End("refused", release: true);

    private IReadOnlyList<LeaseCommand> NotYet(TimeSpan freeIn, bool mayHold, TimeSpan now)
    {
        // A live holder renews long before its grant expires. A lease that is about to expire probably belongs to a dead
        // holder.
        if (now + freeIn >= _nextRequest) return Tick(mayHold, now);
        _nextRequest = now + freeIn;
        return Nothing;
    }

    private void Answered(bool reachable, TimeSpan nextRequest)
    {
        _asking = false;
        StoreReachable = reachable;
        _nextRequest = _freedMeanwhile ? TimeSpan.MinValue : nextRequest;
        _freedMeanwhile = false;
    }

    private LeaseCommand[] Trust(long epoch, TimeSpan askedAt)
    {
        _until = askedAt + _trusted;
        return _beginsAt is null ? [new LeaseCommand.Publish(epoch, _until)] : Nothing;
    }

    private LeaseCommand[] End(string reason, bool release)
    {
        var ended = Epoch!.Value;
        Epoch = null;
        return release
            ? [new LeaseCommand.StepDown(ended, reason), new LeaseCommand.Release(ended)]
            : [new LeaseCommand.StepDown(ended, reason)];
    }
}

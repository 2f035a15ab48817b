namespace DeltaStream.Actors.Lease;

/// <summary>What the lease asks its actor to do.</summary>
internal abstract record LeaseCommand
{
    private LeaseCommand() { }

    /// <summary>Ask the store for the lease.</summary>
    public sealed record Acquire(long EpochFloor) : LeaseCommand;

    /// <summary>Ask the store to prolong it.</summary>
    public sealed record Renew(long Epoch) : LeaseCommand;

    /// <summary>Give it back to the store.</summary>
    public sealed record Release(long Epoch) : LeaseCommand;

    /// <summary>A term begins, or goes on: publishing is allowed until then, by the own monotonic clock.</summary>
    public sealed record Publish(long Epoch, TimeSpan Until) : LeaseCommand;

    /// <summary>The term is over: publishing ends at once.</summary>
    /// <param name="Epoch">The term's.</param>
    /// <param name="Reason">Why, as a tag for metrics: <c>expired</c>, <c>taken</c>, <c>fenced</c>, <c>refused</c> or <c>given_up</c>.</param>
    public sealed record StepDown(long Epoch, string Reason) : LeaseCommand
    {
        /// <summary>Every reason there is.</summary>
        public static readonly IReadOnlyList<string> Reasons = ["expired", "taken", "fenced", "refused", "given_up"];
    }
}

/// <summary>
/// Every decision about the lease, with time as an argument: a monotonic clock's. Whatever is in doubt ends the term; a new
/// one has a new epoch, so nobody ever has to ask what an old one was still good for.
/// </summary>
/// <param name="ttl">How long a grant holds in the store.</param>
internal sealed class LeaseState(TimeSpan ttl)
{
    private static readonly LeaseCommand[] Nothing = [];

    // The store may count the ttl a little differently than this process does.
    private readonly TimeSpan _trusted = ttl * 0.8;
    private readonly TimeSpan _renewEvery = ttl / 4;
    private readonly TimeSpan _tryEvery = ttl / 5;

    private TimeSpan _until;
    private TimeSpan? _beginsAt;
    private long _lastHeld;
    private TimeSpan _nextRequest = TimeSpan.MinValue;
    private bool _asking;
    private bool _freedMeanwhile;

    /// <summary>The epoch held; null on a standby.</summary>
    public long? Epoch { get; private set; }

    /// <summary>The greatest epoch seen anywhere.</summary>
    public long EpochFloor { get; private set; }

    /// <summary>Whether the last request reached the store; null before the first answer.</summary>
    public bool? StoreReachable { get; private set; }

    /// <summary>Time has passed: to be called many times within a grant.</summary>
    /// <param name="mayHold">Whether this bridge should have the lease at all now.</param>
    /// <param name="now">The time.</param>
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

    /// <summary>The store has answered an <see cref="LeaseCommand.Acquire"/>.</summary>
    /// <param name="answer">What was granted, or how long another owner has the lease at least.</param>
    /// <param name="askedAt">When it was asked: from then on, at the earliest, the grant counts.</param>
    /// <param name="mayHold">Whether this bridge should still have it.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<LeaseCommand> Acquired(LeaseAnswer answer, TimeSpan askedAt, bool mayHold, TimeSpan now)
    {
        Answered(reachable: true, askedAt + _tryEvery);
        if (answer.Grant is not var (granted, before)) return NotYet(answer.FreeIn, mayHold, now);

        // An answer that comes too late, or to one that has seen a later term meanwhile, is worth nothing.
        if (!mayHold || now >= askedAt + _trusted || granted <= EpochFloor) return [new LeaseCommand.Release(granted)];

        // A store that was flushed gives away a lease that its last holder may still trust, so that one's time is waited out.
        var mayBeTwo = before < EpochFloor && EpochFloor != _lastHeld;
        _beginsAt = mayBeTwo ? now + _trusted : null;
        Epoch = EpochFloor = _lastHeld = granted;
        return Trust(granted, askedAt);
    }

    /// <summary>The store has answered a <see cref="LeaseCommand.Renew"/>.</summary>
    /// <param name="epoch">The epoch it was about.</param>
    /// <param name="stillOurs">Whether the lease was prolonged.</param>
    /// <param name="askedAt">When it was asked.</param>
    public IReadOnlyList<LeaseCommand> Renewed(long epoch, bool stillOurs, TimeSpan askedAt)
    {
        Answered(reachable: true, askedAt + _renewEvery);
        if (epoch != Epoch) return Nothing;
        return stillOurs ? Trust(epoch, askedAt) : End("taken", release: false);
    }

    /// <summary>A request did not reach the store.</summary>
    public IReadOnlyList<LeaseCommand> Failed(TimeSpan now)
    {
        Answered(reachable: false, now + _tryEvery);
        return Nothing;
    }

    /// <summary>An epoch was seen somewhere in the cluster.</summary>
    public IReadOnlyList<LeaseCommand> Seen(long epoch)
    {
        EpochFloor = Math.Max(EpochFloor, epoch);
        return Epoch < epoch ? End("fenced", release: true) : Nothing;
    }

    /// <summary>The holder of a term says that it has given the lease back: to be asked for at once, not at the next turn.</summary>
    /// <param name="epoch">The term's epoch.</param>
    /// <param name="mayHold">Whether this bridge should have the lease.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<LeaseCommand> Freed(long epoch, bool mayHold, TimeSpan now)
    {
        // Another bridge holds the lease since then.
        if (epoch < EpochFloor || Epoch is not null) return Nothing;

        // A request that is on its way may have come to the store too early.
        _freedMeanwhile = _asking;
        _nextRequest = now;
        return Tick(mayHold, now);
    }

    /// <summary>The store refused a write because it knows a higher epoch.</summary>
    public IReadOnlyList<LeaseCommand> Refused() => Epoch is null ? Nothing : End("refused", release: true);

    private IReadOnlyList<LeaseCommand> NotYet(TimeSpan freeIn, bool mayHold, TimeSpan now)
    {
        // A holder that lives prolongs its grant long before its end, so one that is about to end is most likely a dead one's.
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

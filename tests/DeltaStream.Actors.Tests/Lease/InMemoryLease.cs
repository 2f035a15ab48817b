using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;

namespace DeltaStream.Actors.Tests.Lease;

/// <summary>The lease's twin in memory, with the store's own clock, that can be flushed and be out of reach.</summary>
public sealed class InMemoryLease(TimeProvider time) : ILeaseStore
{
    private readonly Lock _lock = new();
    private long _storedEpoch;
    private DateTimeOffset _until;

    public bool IsDown { get; set; }

    /// <summary>True while the store refuses every write; it answers all the same.</summary>
    public bool RefusesWrites { get; set; }

    /// <summary>What every request fails with.</summary>
    public Exception? Failure { get; set; }

    /// <summary>How wrong the store's clock is.</summary>
    public TimeSpan TimeShift { get; set; }

    public string? Owner { get; private set; }

    public long Epoch { get; private set; }

    public int Requests { get; private set; }

    public ValueTask<LeaseAnswer> TryAcquireAsync(string owner, TimeSpan ttl, long epochFloor, CancellationToken cancellation)
    {
        lock (_lock)
        {
            Reach();
            if (Owner is not null && Now < _until) return ValueTask.FromResult(new LeaseAnswer(null, _until - Now));
            if (RefusesWrites) throw new FeedUnavailableException("the store refuses writes");
            var before = _storedEpoch;
            Epoch = _storedEpoch = Math.Max(Math.Max(_storedEpoch, epochFloor) + 1, Now.ToUnixTimeMilliseconds());
            (Owner, _until) = (owner, Now + ttl);
            return ValueTask.FromResult(new LeaseAnswer(new LeaseGrant(Epoch, before), TimeSpan.Zero));
        }
    }

    public ValueTask<LeaseRenewal> RenewAsync(string owner, long epoch, TimeSpan ttl, CancellationToken cancellation)
    {
        lock (_lock)
        {
            Reach();
            var isHeld = Owner is not null && Now < _until;
            if (isHeld ? Owner != owner || Epoch != epoch : _storedEpoch != epoch) return ValueTask.FromResult(new LeaseRenewal(LeaseRenewalResult.Lost));
            if (RefusesWrites) return ValueTask.FromResult(new LeaseRenewal(LeaseRenewalResult.Refused, isHeld ? _until - Now : TimeSpan.Zero));
            (Owner, _until) = (owner, Now + ttl);
            return ValueTask.FromResult(new LeaseRenewal(LeaseRenewalResult.Renewed));
        }
    }

    public ValueTask ReleaseAsync(string owner, long epoch, CancellationToken cancellation)
    {
        lock (_lock)
        {
            Reach();
            if (Owner != owner || Epoch != epoch) return ValueTask.CompletedTask;
            if (RefusesWrites) throw new FeedUnavailableException("the store refuses writes");
            Owner = null;
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>FLUSHALL, or a restart without the data: lease and epoch are gone.</summary>
    public void Flush()
    {
        lock (_lock) (Owner, Epoch, _storedEpoch) = (null, 0, 0);
    }

    /// <summary>Somebody else takes it.</summary>
    public void GiveTo(string owner, long epoch)
    {
        lock (_lock) (Owner, Epoch, _storedEpoch, _until) = (owner, epoch, epoch, DateTimeOffset.MaxValue);
    }

    private DateTimeOffset Now => time.GetUtcNow() + TimeShift;

    private void Reach()
    {
        Requests++;
        if (Failure is not null) throw Failure;
        if (IsDown) throw new FeedUnavailableException("the store is down");
    }
}

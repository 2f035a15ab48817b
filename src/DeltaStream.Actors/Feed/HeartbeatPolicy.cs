using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Feed;

/// <summary>
/// Which heartbeat a bridge has to send. The active one sends its own. But while Redis is out of reach nobody can hold a
/// lease, and somebody must say so: the last holder goes on under its old epoch, with its link down, and publishes nothing;
/// where there is no last holder, a bridge says so with epoch 0, which no publisher ever has.
/// </summary>
/// <param name="node">This node as <c>host:port</c>.</param>
/// <param name="silence">How long nothing was heard before a bridge without a term speaks.</param>
/// <param name="startedAt">From when on it listens.</param>
internal sealed class HeartbeatPolicy(string node, TimeSpan silence, TimeSpan startedAt)
{
    private long _lastEpoch;
    private long _lastSequence;
    private long _seenEpoch;
    private TimeSpan _heardAt = startedAt;

    /// <summary>Whether this bridge hears the feed.</summary>
    public bool LinkUp { get; set; }

    /// <summary>Whether the store of the lease answers.</summary>
    public bool StoreReachable { get; set; } = true;

    private FeedLink Link => LinkUp ? FeedLink.Up : FeedLink.Down;

    /// <summary>Another bridge was heard.</summary>
    public void Heard(BridgeHeartbeat heartbeat, TimeSpan now)
    {
        _seenEpoch = Math.Max(_seenEpoch, heartbeat.Epoch);
        _heardAt = now;
    }

    /// <summary>The last heartbeat of a term whose lease was given back.</summary>
    public BridgeHeartbeat Last(long epoch) => new(epoch, epoch == _lastEpoch ? _lastSequence : 0, node, Link, IsLast: true);

    /// <summary>What to send now; null: nothing.</summary>
    /// <param name="term">The term this bridge publishes in; null when it has no right to.</param>
    /// <param name="now">The time.</param>
    public BridgeHeartbeat? Due(Term? term, TimeSpan now)
    {
        if (term is not null)
        {
            (_lastEpoch, _lastSequence, _seenEpoch) = (term.Epoch, term.Sequence, Math.Max(_seenEpoch, term.Epoch));
            return new(term.Epoch, term.Sequence, node, Link);
        }

        if (LinkUp && StoreReachable) return null;
        if (_lastEpoch != 0 && _lastEpoch == _seenEpoch) return new(_lastEpoch, _lastSequence, node, FeedLink.Down);
        return now - _heardAt >= silence ? new(0, 0, node, FeedLink.Down) : null;
    }
}

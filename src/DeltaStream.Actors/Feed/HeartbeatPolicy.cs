using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Feed;

/// <summary>
/// Decides which heartbeat a bridge sends. The active bridge sends its own. While Redis is out of reach no bridge can hold the
/// lease, and the nodes must hear of that. The last holder continues with its old epoch and its link down, and publishes
/// nothing. Without a last holder a standby sends epoch 0, which no publisher ever has.
/// </summary>
/// <param name="node">This node as <c>host:port</c>.</param>
/// <param name="silence">How long no heartbeat may come before a standby sends one.</param>
/// <param name="startedAt">The time when the bridge started to listen.</param>
internal sealed class HeartbeatPolicy(string node, TimeSpan silence, TimeSpan startedAt)
{
    private long _lastEpoch;
    private long _lastSequence;
    private long _seenEpoch;
    private TimeSpan _heardAt = startedAt;

    /// <summary>True while this bridge receives the feed.</summary>
    public bool LinkUp { get; set; }

    /// <summary>True while the lease's store answers.</summary>
    public bool StoreReachable { get; set; } = true;

    /// <summary>True while this bridge's term goes on although the store refuses to renew the lease.</summary>
    public bool IsUnrenewed { get; set; }

    private FeedLink Link => LinkUp ? FeedLink.Up : FeedLink.Down;

    /// <summary>Records another bridge's heartbeat.</summary>
    public void Heard(BridgeHeartbeat heartbeat, TimeSpan now)
    {
        _seenEpoch = Math.Max(_seenEpoch, heartbeat.Epoch);
        _heardAt = now;
    }

    /// <summary>
    /// The heartbeat that ends a term. It is sent when the term ends, so that every node knows at once that no bridge is active, and
    /// again when the lease is released. Null if the term never began: its bridge was waiting for the holder before it.
    /// </summary>
    public BridgeHeartbeat? Last(long epoch) => epoch == _lastEpoch ? new(epoch, _lastSequence, node, Link, IsLast: true) : null;

    /// <summary>The heartbeat to send now; null for none.</summary>
    /// <param name="term">The term in which this bridge publishes; null if it has no right to publish.</param>
    /// <param name="now">The current time.</param>
    public BridgeHeartbeat? Due(Term? term, TimeSpan now)
    {
        if (term is not null)
        {
            (_lastEpoch, _lastSequence, _seenEpoch) = (term.Epoch, term.Sequence, Math.Max(_seenEpoch, term.Epoch));
            return new(term.Epoch, term.Sequence, node, Link, IsUnrenewed: IsUnrenewed);
        }

        if (LinkUp && StoreReachable) return null;
        if (_lastEpoch != 0 && _lastEpoch == _seenEpoch) return new(_lastEpoch, _lastSequence, node, FeedLink.Down);
        return now - _heardAt >= silence ? new(0, 0, node, FeedLink.Down) : null;
    }
}

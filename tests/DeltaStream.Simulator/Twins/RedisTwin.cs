using DeltaStream.Actors.Cache;
using DeltaStream.Actors.Lease;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Sessions;
using DeltaStream.Simulator.Loop;

namespace DeltaStream.Simulator.Twins;

/// <summary>
/// The twin of the Redis server: the lease with its epoch, the newest values with their positions, the sessions, and pub-sub. Each
/// method is one script, so it is atomic.
/// </summary>
internal sealed class RedisTwin(SimLoop loop)
{
    private readonly Dictionary<ConflationKey, (MarketUpdate Update, long EndsAt)> _values = [];
    private readonly Dictionary<string, (string Holder, char State, string Text, long EndsAt)> _sessions = [];
    private readonly List<Action> _backlog = [];
    private readonly List<FeedTwin> _subscriptions = [];
    private string? _leaseHolder;
    private long _leaseEndsAt;
    private long _epoch;

    /// <summary>How wrong the server's clock is.</summary>
    public TimeSpan Shift { get; set; }

    /// <summary>False while the process is not there.</summary>
    public bool IsUp { get; private set; } = true;

    /// <summary>True while the process does nothing: its connections are there, and requests wait.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>True while writes are refused.</summary>
    public bool RefusesWrites { get; set; }

    /// <summary>True while messages are taken and not delivered.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>How much longer each request takes.</summary>
    public TimeSpan Lag { get; set; }

    /// <summary>Changes when the process starts, so that a connection to a former one is known to be lost.</summary>
    public int Life { get; private set; }

    /// <summary>The server's clock in microseconds since the Unix epoch.</summary>
    public long Now => (LoopClock.Beginning + loop.Now + Shift - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The highest epoch that the server knows.</summary>
    public long Epoch => _epoch;

    public int Values => _values.Count;

    public int Sessions => _sessions.Count(entry => entry.Value.EndsAt > Now);

    // Like Redis it keeps the end of a life by its wall clock, so a jump of the clock ends lives.
    private TimeSpan LeaseLeft => TimeSpan.FromMicroseconds(_leaseEndsAt - Now);

    public void Freeze() => IsFrozen = true;

    public void Thaw()
    {
        IsFrozen = false;
        var waiting = _backlog.ToArray();
        _backlog.Clear();
        foreach (var request in waiting) request();
    }

    /// <summary>The process ends, and with it every connection.</summary>
    public void Stop()
    {
        IsUp = false;
        IsFrozen = false;
        _backlog.Clear();
        foreach (var subscription in _subscriptions.ToArray()) subscription.ConnectionLost();
        _subscriptions.Clear();
    }

    public void Start(bool isEmpty)
    {
        IsUp = true;
        Life++;
        if (isEmpty) Flush();
    }

    public void Flush()
    {
        _values.Clear();
        _sessions.Clear();
        (_leaseHolder, _epoch) = (null, 0);
    }

    /// <summary>Runs a request, or keeps it while the process does nothing.</summary>
    public void Handle(Action request)
    {
        if (IsFrozen) _backlog.Add(request);
        else request();
    }

    public void Subscribe(FeedTwin subscription) => _subscriptions.Add(subscription);

    public void Unsubscribe(FeedTwin subscription) => _subscriptions.Remove(subscription);

    /// <summary>A producer publishes a message.</summary>
    public void Publish(string channel, ReadOnlyMemory<byte> payload)
    {
        if (!IsUp) return;
        Handle(() =>
        {
            if (IsDeaf) return;
            foreach (var subscription in _subscriptions) subscription.Deliver(channel, payload);
        });
    }

    public LeaseAnswer TryAcquire(string owner, TimeSpan ttl, long epochFloor)
    {
        if (_leaseHolder is not null && Now < _leaseEndsAt) return new LeaseAnswer(null, LeaseLeft + TimeSpan.FromMilliseconds(1));
        CheckWritable();
        var before = _epoch;
        _epoch = Math.Max(Math.Max(_epoch, epochFloor), Now / 1000) + 1;
        (_leaseHolder, _leaseEndsAt) = ($"{owner}:{_epoch}", EndOf(ttl));
        return new LeaseAnswer(new LeaseGrant(_epoch, before), TimeSpan.Zero);
    }

    public LeaseRenewal Renew(string owner, long epoch, TimeSpan ttl)
    {
        var holder = Now < _leaseEndsAt ? _leaseHolder : null;
        if (holder is null ? _epoch != epoch : holder != $"{owner}:{epoch}") return new LeaseRenewal(LeaseRenewalResult.Lost);
        if (RefusesWrites) return new LeaseRenewal(LeaseRenewalResult.Refused, holder is null ? TimeSpan.Zero : LeaseLeft);
        (_leaseHolder, _leaseEndsAt) = ($"{owner}:{epoch}", EndOf(ttl));
        return new LeaseRenewal(LeaseRenewalResult.Renewed);
    }

    public bool Release(string owner, long epoch)
    {
        if (Now >= _leaseEndsAt || _leaseHolder != $"{owner}:{epoch}") return false;
        CheckWritable();
        _leaseHolder = null;
        return true;
    }

    public IReadOnlyList<MarketUpdate> Read(IReadOnlyCollection<ConflationKey> keys) =>
        [.. keys.Where(IsLive).Select(key => _values[key].Update).Select(it => new MarketUpdate(it.Event, it.Key, it.Position, it.Payload, it.Hash, it.ReceivedAt))];

    public IReadOnlyList<LatestEntry> ReadIndex() => [.. _values.Keys.Where(IsLive).Select(key => new LatestEntry(key, _values[key].Update.ReceivedAt))];

    public bool Write(IReadOnlyCollection<MarketUpdate> updates)
    {
        CheckWritable();
        var accepted = true;
        foreach (var update in updates)
        {
            var stored = IsLive(update.Key) ? _values[update.Key].Update.Position : Position.None;
            if (stored.Epoch > update.Position.Epoch) accepted = false;
            else if (stored.Epoch < update.Position.Epoch || stored.Sequence <= update.Position.Sequence)
                _values[update.Key] = (update, update.ReceivedAt + (long)update.Key.Kind.Life.TotalMicroseconds);
        }

        return accepted;
    }

    public IReadOnlyList<SessionWriteResult> Write(IReadOnlyList<SessionWrite> writes, TimeSpan life)
    {
        CheckWritable();
        return [.. writes.Select(write => Write(write, life))];
    }

    public SessionClaim Claim(string key, string holder, string? gone, TimeSpan life)
    {
        if (!_sessions.TryGetValue(key, out var stored) || stored.EndsAt <= Now) return default;
        if (stored.State == 'c' && stored.Holder != gone) return new SessionClaim(null, stored.Holder);
        CheckWritable();
        _sessions[key] = (holder, 'c', stored.Text, EndOf(life));
        return new SessionClaim(stored.Text, null);
    }

    private SessionWriteResult Write(SessionWrite write, TimeSpan life)
    {
        var isStored = _sessions.TryGetValue(write.Key, out var stored) && stored.EndsAt > Now;
        if (isStored && stored.Holder != write.Holder) return SessionWriteResult.Taken;
        if (write.State == SessionState.Left) _sessions.Remove(write.Key);
        else if (!string.IsNullOrEmpty(write.Text)) _sessions[write.Key] = (write.Holder, Letter(write.State), write.Text, EndOf(life));
        else if (isStored) _sessions[write.Key] = stored with { EndsAt = EndOf(life) };
        else return SessionWriteResult.Missing;
        return SessionWriteResult.Done;
    }

    private long EndOf(TimeSpan life) => Now + (long)life.TotalMicroseconds;

    private static char Letter(SessionState state) => state switch
    {
        SessionState.Open => 'o',
        SessionState.Claimed => 'c',
        _ => 'l',
    };

    private bool IsLive(ConflationKey key) => _values.TryGetValue(key, out var value) && value.EndsAt > Now;

    private void CheckWritable()
    {
        if (RefusesWrites) throw new FeedUnavailableException("Redis refused: MISCONF");
    }
}

using DeltaStream.Actors.Market;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Takeover;

/// <summary>What is to be done with a message that could be published.</summary>
internal enum Publication
{
    /// <summary>It follows what was published: send it.</summary>
    Send,

    /// <summary>It was published, or something newer was.</summary>
    Skip,

    /// <summary>What was published last has not been received here yet, so nobody can tell: ask again later.</summary>
    Hold,
}

/// <summary>
/// What this bridge has received of each key, beside what the active bridge has published of it: how a standby knows, when
/// it takes over, where to go on. (Epoch, sequence) orders publishers, not content: a standby whose connection lags could
/// otherwise publish an old value as new. Pure but for its lock (the graph and the actor both come here); time is an argument.
/// </summary>
/// <param name="hold">How long a successor holds a key back whose last published value it has not received itself.</param>
/// <param name="maxKeys">How many keys are kept at most.</param>
internal sealed class IntakeLedger(TimeSpan hold, int maxKeys)
{
    /// <summary>
    /// What was published this shortly before the former publisher fell silent may have reached some nodes only, so it is
    /// published again; where it did arrive it is known as a repeat.
    /// </summary>
    public static readonly TimeSpan Uncertain = TimeSpan.FromMilliseconds(500);

    // A standby may have received this many messages of a key more than the last one it heard published. Beyond that it
    // decides by timestamp, as for a value it never received.
    private const int RecentKept = 64;

    private static readonly TimeSpan LongAgo = TimeSpan.FromDays(-1);

    private readonly Lock _lock = new();
    private readonly Dictionary<ConflationKey, KeyLedger> _keys = [];
    private long _ordinal;
    private TimeSpan _lastSign = LongAgo;
    private TimeSpan _uncertainFrom = TimeSpan.MaxValue;
    private TimeSpan _holdUntil = LongAgo;

    /// <summary>Until when a term that <see cref="TakeOver"/> began holds keys back.</summary>
    public TimeSpan HoldUntil
    {
        get { lock (_lock) return _holdUntil; }
    }

    /// <summary>The newest message of each key, published or not.</summary>
    public IReadOnlyList<Intake> Newest
    {
        get { lock (_lock) return [.. _keys.Values.Select(key => key.Newest).OfType<Intake>()]; }
    }

    /// <summary>Every key that something is known of.</summary>
    public IReadOnlyList<ConflationKey> Keys
    {
        get { lock (_lock) return [.. _keys.Keys]; }
    }

    /// <summary>
    /// Notes a message from the feed. Null when there are too many keys, or when the feed lags behind a value that was read
    /// back from the store.
    /// </summary>
    public Intake? Received(EnrichedMessage message, long receivedAt, TimeSpan now)
    {
        lock (_lock)
        {
            if (_keys.TryGetValue(message.Key, out var key) && key.Restored is { } restored)
            {
                if (message.Hash != restored.Hash && message.Timestamp < restored.Timestamp && now < restored.Until) return null;
                key.Restored = null;
                if (message.Hash == restored.Hash) return null;
            }

            return Add(message, receivedAt, now);
        }
    }

    /// <summary>Notes a value read back from the store; null unless it is newer than all that was received of its key.</summary>
    public Intake? Restored(EnrichedMessage message, long receivedAt, TimeSpan now)
    {
        lock (_lock)
        {
            if (_keys.TryGetValue(message.Key, out var key)
                && (key.OrdinalOf(message.Hash) != 0 || key.Newest?.Message.Timestamp >= message.Timestamp)) return null;
            var intake = Add(message, receivedAt, now);
            if (intake is not null) _keys[message.Key].Restored = (message.Hash, message.Timestamp, now + MessageKind.DefaultLife);
            return intake;
        }
    }

    /// <summary>Notes that another bridge was alive and publishing.</summary>
    public void SignOfLife(TimeSpan now)
    {
        lock (_lock) _lastSign = now;
    }

    /// <summary>Notes what the store says of a key: published before anybody can remember.</summary>
    public void Stored(in PublishedValue value, TimeSpan now)
    {
        lock (_lock) Note(value, LongAgo, now, null);
    }

    /// <summary>Notes what another bridge has published, which is a sign of life as well.</summary>
    public void Heard(in PublishedValue value, TimeSpan now)
    {
        lock (_lock)
        {
            _lastSign = now;
            Note(value, now, now, null);
        }
    }

    /// <summary>Notes what this bridge publishes.</summary>
    public void Published(Intake intake, Position position, TimeSpan now)
    {
        var message = intake.Message;
        lock (_lock) Note(new(message.Key, position, message.Hash, message.Timestamp), now, now, intake.Ordinal);
    }

    /// <summary>Begins a term of this bridge: from now on <see cref="Decide"/> holds back what it can't place.</summary>
    public void TakeOver(TimeSpan now)
    {
        lock (_lock)
        {
            _holdUntil = now + hold;
            _uncertainFrom = _lastSign == LongAgo ? TimeSpan.MaxValue : _lastSign - Uncertain;
        }
    }

    /// <summary>Whether a message is to be published in the term that <see cref="TakeOver"/> began.</summary>
    /// <param name="intake">The message.</param>
    /// <param name="epoch">The term's epoch.</param>
    /// <param name="now">The time.</param>
    public Publication Decide(Intake intake, long epoch, TimeSpan now)
    {
        lock (_lock)
        {
            if (!_keys.TryGetValue(intake.Message.Key, out var key) || key.Published == Position.None) return Publication.Send;
            if (key.PublishedOrdinal != 0)
            {
                if (intake.Ordinal > key.PublishedOrdinal) return Publication.Send;
                var mayBeMissing = intake.Ordinal == key.PublishedOrdinal && key.Published.Epoch != epoch && key.PublishedAt >= _uncertainFrom;
                return mayBeMissing ? Publication.Send : Publication.Skip;
            }

            if (now < _holdUntil) return Publication.Hold;

            // For a minute, as long as most values live: a producer whose clock was put back must not be silenced for good.
            if (now - MessageKind.DefaultLife > key.PublishedAt) return Publication.Send;
            return intake.Message.Timestamp < key.PublishedTimestamp ? Publication.Skip : Publication.Send;
        }
    }

    /// <summary>
    /// The published values that live and are newer than what the store has: what it lost when it came back empty.
    /// </summary>
    /// <param name="asked">The keys the store was asked for.</param>
    /// <param name="stored">What it has of them.</param>
    /// <param name="unixNow">Microseconds since the Unix epoch.</param>
    public IReadOnlyList<MarketUpdate> MissingFrom(IReadOnlySet<ConflationKey> asked, IEnumerable<MarketUpdate> stored, long unixNow)
    {
        var positions = stored.ToDictionary(update => update.Key, update => (update.Position, update.Hash));
        lock (_lock)
        {
            return [.. from entry in _keys
                       let newest = entry.Value.Newest
                       where newest is not null && asked.Contains(entry.Key) && entry.Value.Published != Position.None
                          && newest.Message.Hash == entry.Value.PublishedHash && newest.LivesAt(unixNow)
                          && (!positions.TryGetValue(entry.Key, out var there)
                              || (there.Position < entry.Value.Published && there.Hash != newest.Message.Hash))
                       select newest.ToUpdate(entry.Value.Published)];
        }
    }

    /// <summary>Forgets keys that nothing was heard of for longer than a value lives.</summary>
    public void Forget(TimeSpan now)
    {
        lock (_lock)
        {
            foreach (var (name, key) in _keys)
                if (now - key.TouchedAt > 2 * name.Kind.Life) _keys.Remove(name);
        }
    }

    private void Note(in PublishedValue value, TimeSpan publishedAt, TimeSpan now, long? ordinal)
    {
        if (Of(value.Key, now) is not { } key || value.Position <= key.Published) return;
        key.Published = value.Position;
        key.PublishedHash = value.Hash;
        key.PublishedTimestamp = value.Timestamp;
        key.PublishedAt = publishedAt;
        key.PublishedOrdinal = ordinal ?? key.OrdinalOf(value.Hash);
        key.ForgetBefore(key.PublishedOrdinal);
    }

    private Intake? Add(EnrichedMessage message, long receivedAt, TimeSpan now)
    {
        if (Of(message.Key, now) is not { } key) return null;
        var intake = new Intake(++_ordinal, message, receivedAt);
        key.Newest = intake;
        key.Recent.Enqueue((intake.Ordinal, message.Hash));
        if (key.Recent.Count > RecentKept) key.Recent.Dequeue();
        if (key.PublishedOrdinal == 0 && key.Published != Position.None && key.PublishedHash == message.Hash)
            key.PublishedOrdinal = intake.Ordinal;
        return intake;
    }

    private KeyLedger? Of(ConflationKey name, TimeSpan now)
    {
        if (!_keys.TryGetValue(name, out var key))
        {
            if (_keys.Count >= maxKeys)
            {
                BridgeMetrics.Refused.Add(1);
                return null;
            }

            _keys[name] = key = new KeyLedger();
        }

        key.TouchedAt = now;
        return key;
    }

    private sealed class KeyLedger
    {
        public readonly Queue<(long Ordinal, ulong Hash)> Recent = new();
        public Intake? Newest;
        public TimeSpan TouchedAt;

        /// <summary>A value from the store that the feed has not brought yet: until it has, what the feed brings may be older.</summary>
        public (ulong Hash, long Timestamp, TimeSpan Until)? Restored;
        public Position Published;
        public ulong PublishedHash;
        public long PublishedTimestamp;
        public TimeSpan PublishedAt;

        /// <summary>Where the last published value stands in the own intake; 0 while it has not been received.</summary>
        public long PublishedOrdinal;

        /// <summary>The last one: a producer may send the same bytes again.</summary>
        public long OrdinalOf(ulong hash)
        {
            var found = 0L;
            foreach (var (ordinal, seen) in Recent)
                if (seen == hash) found = ordinal;
            return found;
        }

        public void ForgetBefore(long ordinal)
        {
            while (Recent.TryPeek(out var oldest) && oldest.Ordinal < ordinal) Recent.Dequeue();
        }
    }
}

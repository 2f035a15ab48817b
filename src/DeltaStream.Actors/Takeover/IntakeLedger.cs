using DeltaStream.Actors.Market;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Takeover;

/// <summary>What the publisher does with a message.</summary>
internal enum Publication
{
    /// <summary>Publish it: it is newer than the last published value of its key.</summary>
    Send,

    /// <summary>Skip it: this value or a newer one is already published.</summary>
    Skip,

    /// <summary>Keep it and decide again later: this bridge has not yet received the value that was published last.</summary>
    Hold,
}

/// <summary>
/// Records for each key what this bridge has received and what the active bridge has published. A successor uses it to find out
/// where to go on. A position orders publications, not content: without the ledger a standby with a slow connection could
/// publish an old value as new. The graph and the actor both call the ledger, so it has a lock; time is an argument.
/// </summary>
/// <param name="hold">How long a successor holds a key back if it has not received the key's last published value.</param>
/// <param name="maxKeys">The maximum number of keys.</param>
internal sealed class IntakeLedger(TimeSpan hold, int maxKeys)
{
    /// <summary>
    /// A publication this shortly before the former publisher went silent may have reached only some nodes, so the successor
    /// publishes it again. Nodes that have it recognise the repeat.
    /// </summary>
    public static readonly TimeSpan Uncertain = TimeSpan.FromMilliseconds(500);

    // A standby may be this many messages of a key ahead of the last publication that it received. If it is further ahead it
    // decides by timestamp, as for a value that it never received.
    private const int RecentKept = 64;

    private static readonly TimeSpan LongAgo = TimeSpan.FromDays(-1);

    private readonly Lock _lock = new();
    private readonly Dictionary<ConflationKey, KeyLedger> _keys = [];
    private long _ordinal;
    private TimeSpan _lastSign = LongAgo;
    private TimeSpan _uncertainFrom = TimeSpan.MaxValue;
    private TimeSpan _holdUntil = LongAgo;

    /// <summary>The time until which a term begun by <see cref="TakeOver"/> may hold keys back.</summary>
    public TimeSpan HoldUntil
    {
        get { lock (_lock) return _holdUntil; }
    }

    /// <summary>The newest message of each key, published or not.</summary>
    public IReadOnlyList<Intake> Newest
    {
        get { lock (_lock) return [.. _keys.Values.Select(key => key.Newest).OfType<Intake>()]; }
    }

    /// <summary>Every key in the ledger.</summary>
    public IReadOnlyList<ConflationKey> Keys
    {
        get { lock (_lock) return [.. _keys.Keys]; }
    }

    /// <summary>
    /// Records a message from the feed. Returns null if there are too many keys, or if the message is older than a value that
    /// was read back from the store.
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

    /// <summary>Records a value that was read back from the store. Returns null unless it is newer than every received value of its key.</summary>
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

    /// <summary>Records that another bridge was alive and publishing.</summary>
    public void SignOfLife(TimeSpan now)
    {
        lock (_lock) _lastSign = now;
    }

    /// <summary>Records a key's value in the store. Its time of publication is unknown, so it counts as long past.</summary>
    public void Stored(in PublishedValue value, TimeSpan now)
    {
        lock (_lock) Note(value, LongAgo, now, null);
    }

    /// <summary>Records a publication of another bridge. It is also a sign of life of that bridge.</summary>
    public void Heard(in PublishedValue value, TimeSpan now)
    {
        lock (_lock)
        {
            _lastSign = now;
            Note(value, now, now, null);
        }
    }

    /// <summary>Records a publication of this bridge.</summary>
    public void Published(Intake intake, Position position, TimeSpan now)
    {
        var message = intake.Message;
        lock (_lock) Note(new(message.Key, position, message.Hash, message.Timestamp), now, now, intake.Ordinal);
    }

    /// <summary>
    /// Begins a term of this bridge. From now on <see cref="Decide"/> holds back messages that it can't compare with the last
    /// publication.
    /// </summary>
    public void TakeOver(TimeSpan now)
    {
        lock (_lock)
        {
            _holdUntil = now + hold;
            _uncertainFrom = _lastSign == LongAgo ? TimeSpan.MaxValue : _lastSign - Uncertain;
        }
    }

    /// <summary>Decides whether to publish a message in the term begun by <see cref="TakeOver"/>.</summary>
    /// <param name="intake">The message.</param>
    /// <param name="epoch">The term's epoch.</param>
    /// <param name="now">The current time.</param>
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

            // Compare timestamps only for a minute, the lifetime of most values: a producer whose clock was set back must not
            // stay silenced for good.
            if (now - MessageKind.DefaultLife > key.PublishedAt) return Publication.Send;
            return intake.Message.Timestamp < key.PublishedTimestamp ? Publication.Skip : Publication.Send;
        }
    }

    /// <summary>Live published values that are newer than those in the store. The store lacks them after it has come back empty.</summary>
    /// <param name="asked">The keys that were read from the store.</param>
    /// <param name="stored">The values that the store returned for these keys.</param>
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

    /// <summary>Forgets keys without news for longer than the lifetime of a value.</summary>
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

        /// <summary>
        /// A value from the store that the feed has not delivered yet. Until it does, messages from the feed may be older than
        /// this value.
        /// </summary>
        public (ulong Hash, long Timestamp, TimeSpan Until)? Restored;
        public Position Published;
        public ulong PublishedHash;
        public long PublishedTimestamp;
        public TimeSpan PublishedAt;

        /// <summary>The ordinal of the last published value; 0 until this bridge has received that value.</summary>
        public long PublishedOrdinal;

        /// <summary>The highest ordinal with this hash, because a producer may send the same bytes again.</summary>
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

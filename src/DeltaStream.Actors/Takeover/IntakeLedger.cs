using DeltaStream.Actors.Market;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Takeover;

/// <summary>What the publisher does with a message.</summary>
internal enum PublishDecision
{
    /// <summary>Publish it: it is newer than the last published value of its key.</summary>
    Send,

    /// <summary>Skip it: this value or a newer one is already published, or the ledger withholds it.</summary>
    Skip,

    /// <summary>Keep it and decide again later: this bridge has not yet received the value that was published last.</summary>
    Hold,
}

/// <summary>
/// Records for each key what this bridge has received and what the active bridge has published. A successor uses it to find out
/// where to continue. A position orders publications, not content: without the ledger a standby with a slow connection could
/// publish an old value as new. In a bridge's own intake the order of arrival decides, whatever the producer's timestamps say. A
/// value that only other bridges received is placed by the time of its receipt. The graph and the actor both call the ledger, so
/// it has a lock; time is an argument.
/// </summary>
/// <param name="hold">How long a successor holds a key back if it has not received the key's last published value.</param>
/// <param name="maxKeys">The maximum number of keys.</param>
/// <param name="withheld">Gets the messages that are withheld.</param>
/// <param name="maxBytes">The maximum size of the newest messages of all keys together.</param>
internal sealed class IntakeLedger(TimeSpan hold, int maxKeys, WithheldMessages? withheld = null, long maxBytes = long.MaxValue)
{
    /// <summary>
    /// A publication this shortly before the former publisher went silent may have reached only some nodes, so the successor
    /// publishes it again. Nodes that have it recognise the repeat.
    /// </summary>
    public static readonly TimeSpan Uncertain = TimeSpan.FromMilliseconds(500);

    // A subscription that lags for longer counts as deaf and is made again.
    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongAgo = TimeSpan.FromDays(-1);

    private readonly Lock _lock = new();
    private readonly Dictionary<ConflationKey, KeyLedger> _keys = [];
    private long _ordinal;
    private long _bytes;
    private TimeSpan _lastSign = LongAgo;
    private TimeSpan _uncertainFrom = TimeSpan.MaxValue;
    private TimeSpan _holdUntil = LongAgo;
    private long _lastInHold;
    private SubscribedAt _subscribed = SubscribedAt.Unknown;

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

    /// <summary>Records that this bridge has subscribed to the feed, for the first time or again.</summary>
    public void Subscribed(SubscribedAt at)
    {
        lock (_lock) _subscribed = at;
    }

    /// <summary>
    /// Records a message from the feed. Returns null if there are too many keys, if it is a value that was read back from the
    /// store, or if it is older than that value.
    /// </summary>
    public Intake? Received(EnrichedMessage message, long receivedAt, TimeSpan now)
    {
        lock (_lock)
        {
            if (_keys.TryGetValue(message.Key, out var key) && key.Restored is var (restored, until))
            {
                var isOlder = message.Timestamp < restored.Timestamp && now < until && !_subscribed.BeganAfter(restored.ReceivedAt);
                if (isOlder && message.Hash != restored.Hash)
                {
                    withheld?.Note(message.Key, _subscribed.MustDeliver(restored.ReceivedAt) ? WithheldReason.Lag : WithheldReason.Reconnect);
                    return null;
                }

                key.Restored = null;
                if (message.Hash == restored.Hash) return null;
            }

            return Add(message, receivedAt, now);
        }
    }

    /// <summary>
    /// Records a value that was read back from the store. Returns null unless it is newer than every received and every published
    /// value of its key. Positions decide first, because times of receipt mislead when the clock of Redis was set.
    /// </summary>
    public Intake? Restored(EnrichedMessage message, Position position, long receivedAt, TimeSpan now)
    {
        lock (_lock)
        {
            if (_keys.TryGetValue(message.Key, out var key) && IsKnown(key)) return null;
            var intake = Add(message, receivedAt, now);
            var until = now + (_subscribed.MustDeliver(receivedAt) ? LongestLag : hold);
            if (intake is not null) _keys[message.Key].Restored = (new(message.Key, Position.None, message.Hash, message.Timestamp, receivedAt), until);
            return intake;
        }

        bool IsKnown(KeyLedger known) => (position != Position.None && position < known.Published.Position)
            || known.OrdinalOf(message.Hash) != 0 || known.Newest?.ReceivedAt >= receivedAt;
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
        lock (_lock) Note(new(message.Key, position, message.Hash, message.Timestamp, intake.ReceivedAt), now, now, intake.Ordinal);
    }

    /// <summary>Records that a message was too old to be published when its turn came.</summary>
    public void Expired(Intake intake) => withheld?.Note(intake.Message.Key, WithheldReason.Expired);

    /// <summary>
    /// Begins a term of this bridge. From now on <see cref="Decide"/> holds back messages that it can't compare with the last
    /// publication.
    /// </summary>
    public void TakeOver(TimeSpan now)
    {
        lock (_lock)
        {
            _holdUntil = now + hold;
            _lastInHold = _ordinal;
            _uncertainFrom = _lastSign == LongAgo ? TimeSpan.MaxValue : _lastSign - Uncertain;
        }
    }

    /// <summary>Decides whether to publish a message in the term begun by <see cref="TakeOver"/>.</summary>
    /// <param name="intake">The message.</param>
    /// <param name="epoch">The term's epoch.</param>
    /// <param name="now">The current time.</param>
    public PublishDecision Decide(Intake intake, long epoch, TimeSpan now)
    {
        lock (_lock)
        {
            if (!_keys.TryGetValue(intake.Message.Key, out var key) || key.Published.Position == Position.None) return PublishDecision.Send;
            if (key.PublishedOrdinal != 0)
            {
                if (intake.Ordinal > key.PublishedOrdinal) return PublishDecision.Send;
                var mayBeMissing = intake.Ordinal == key.PublishedOrdinal && key.Published.Position.Epoch != epoch && key.PublishedAt >= _uncertainFrom;
                return mayBeMissing ? PublishDecision.Send : PublishDecision.Skip;
            }

            var published = key.Published;
            if (_subscribed.BeganAfter(published.ReceivedAt) && _subscribed.Delivered(intake.ReceivedAt)) return PublishDecision.Send;
            if (now < _holdUntil) return PublishDecision.Hold;
            if (intake.Message.Timestamp >= published.Timestamp) return PublishDecision.Send;

            // The producer's clock may have gone back. So timestamps decide only about what came in the time of the hold, and while
            // the published value is still to come.
            WithheldReason? reason = intake.Ordinal <= _lastInHold ? WithheldReason.Takeover
                : _subscribed.MustDeliver(published.ReceivedAt) && now - LongestLag < key.PublishedAt ? WithheldReason.Lag
                : null;
            if (reason is not { } known) return PublishDecision.Send;
            withheld?.Note(intake.Message.Key, known);
            return PublishDecision.Skip;
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
                       where newest is not null && asked.Contains(entry.Key) && entry.Value.Published.Position != Position.None
                          && newest.Message.Hash == entry.Value.Published.Hash && newest.IsLiveAt(unixNow)
                          && (!positions.TryGetValue(entry.Key, out var there)
                              || (there.Position < entry.Value.Published.Position && there.Hash != newest.Message.Hash))
                       select newest.ToUpdate(entry.Value.Published.Position)];
        }
    }

    /// <summary>Forgets keys without news for longer than the lifetime of a value.</summary>
    public void Forget(TimeSpan now)
    {
        lock (_lock)
        {
            foreach (var (name, key) in _keys)
            {
                if (now - key.TouchedAt <= 2 * name.Kind.Life) continue;
                _keys.Remove(name);
                _bytes -= key.NewestBytes;
            }
        }
    }

    private void Note(in PublishedValue value, TimeSpan publishedAt, TimeSpan now, long? ordinal)
    {
        if (LedgerOf(value.Key, now) is { } key && value.Position > key.Published.Position) key.Note(value, publishedAt, ordinal);
    }

    private Intake? Add(EnrichedMessage message, long receivedAt, TimeSpan now)
    {
        if (LedgerOf(message.Key, now) is not { } key) return null;
        var bytes = _bytes - key.NewestBytes + message.Payload.Length;
        if (bytes > maxBytes)
        {
            BridgeMetrics.Refused.Add(1);
            return null;
        }

        _bytes = bytes;
        var intake = new Intake(++_ordinal, message, receivedAt);
        if (now < _holdUntil) _lastInHold = _ordinal;
        key.Received(intake);
        return intake;
    }

    private KeyLedger? LedgerOf(ConflationKey name, TimeSpan now)
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
}

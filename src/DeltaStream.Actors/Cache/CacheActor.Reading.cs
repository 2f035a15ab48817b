using Akka.Actor;
using DeltaStream.Actors.Clients;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Topics;

namespace DeltaStream.Actors.Cache;

/// <summary>
/// Reading the store: one read for all who ask at the same time, one under way at a time. A look reads the index, then only
/// the values that are newer there; failed reads are tried again until they succeed.
/// </summary>
public sealed partial class CacheActor
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ReadQueue _reads = new();
    private readonly RepeatTable _repeats = NodeUpdates.For(Context.System).Repeats;
    private bool _isReadDue;
    private bool _isLooking;
    private bool _mustLook;
    private bool _hasBaseline;
    private long _retryAt;
    private long _heardSince;

    /// <summary>Whatever else asks in this burst of messages is read along.</summary>
    private void ScheduleRead()
    {
        if (_isReadDue || _reads.IsReading || _reads.Count == 0 || _tick < _retryAt) return;
        _isReadDue = true;
        Self.Tell(ReadNow.Instance);
    }

    private void Read()
    {
        if (_tick < _retryAt) return;
        var batch = _reads.Take(_settings.ReadBatch, Math.Max(1, _settings.ReadBatch / _settings.ChainReadBatch));
        if (batch is not null) ReadValuesAsync(_store, batch, _settings.ReadTimeout, _time).PipeTo(Self);
    }

    private void FirstRead(RoomUse room)
    {
        foreach (var key in KeysOf(room.Room))
        {
            // What is in memory already is kept up to date by another room's topic.
            if (_values.Find(LastValueCache.EventOf(key), key) is null) room.ReadTicket = _reads.Enqueue(key);
        }

        ScheduleRead();
    }

    private void OnValuesRead(IReadOnlyList<MarketUpdate> values)
    {
        foreach (var value in values) OnStored(value);
        _reads.Completed();
        if (_parking.Count > 0)
        {
            foreach (var room in _parking.ToArray()) Unpark(room);
        }

        if (!_hasBaseline && !_isLooking && _reads.Count == 0) _hasBaseline = true;
        ScheduleRead();
    }

    private void OnStored(MarketUpdate value)
    {
        if (value.Event == MarketEvent.UnderlyingUpdate || IsChainInUse(value.Key)) TakeStored(value);
        if (value.Event != MarketEvent.ChainUpdate) return;
        if (_values.Find(MarketEvent.ChainSummary, value.Key) is { } known && known.Position >= value.Position) return;
        if (!ChainSummary.TryFrom(value.Payload.Span, out var data)) return;
        TakeStored(new(MarketEvent.ChainSummary, value.Key, value.Position, data, value.Hash, value.ReceivedAt));
    }

    private void TakeStored(MarketUpdate value)
    {
        var held = _values.Find(value.Event, value.Key);
        // The next publisher may send it again, over the topic: this node has it now, however it came.
        if (value.Position != Position.None && _repeats.Note(value.Event, value.Key, value.Position, value.Hash) is { } first)
            value = new(value.Event, value.Key, value.Position, value.Payload, value.Hash, value.ReceivedAt) { RepeatOf = first };
        // After a takeover the store holds the last values under new positions; who had them need not have them again.
        if (_values.Offer(value) && held?.Hash != value.Hash) OfferStored(value);
    }

    /// <summary>Offers what a room's topic did not bring to those whom it should have reached.</summary>
    private void OfferStored(MarketUpdate value)
    {
        if (value.Position == Position.None) return;
        foreach (var room in Room.For(value.Event, value.Key))
        {
            if (!_rooms.TryGetValue(TopicName.For(room), out var use)) continue;
            // Joining `general` brings no snapshot: what was there before the node listened is not offered.
            if (use != _general || _hasBaseline || value.ReceivedAt >= _heardSince) OfferTo(use, value);
        }
    }

    /// <summary>Looks into the store when a room that is new to the node is due, or all of them are.</summary>
    private void Look()
    {
        if (_isLooking || _tick < _retryAt) return;
        if (_mustLook || _rooms.Values.Any(room => room.IsSettling && _tick >= room.NextLook)) StartLook();
    }

    private void StartLook()
    {
        if (_isLooking) return;
        _isLooking = true;

        // From here on: a gap that ends while the index is read is behind what it says.
        _mustLook = false;
        ReadIndexAsync(_store, _settings.ReadTimeout, _time).PipeTo(Self);
    }

    private void OnIndexRead(IReadOnlyList<LatestEntry> entries)
    {
        _isLooking = false;
        var ticket = 0L;
        foreach (var (key, receivedAt) in entries)
        {
            _values.Note(key, receivedAt);
            if (IsNewer(key, receivedAt)) ticket = Math.Max(ticket, _reads.Enqueue(key));
        }

        foreach (var room in _rooms.Values)
        {
            if (!room.IsSettling) continue;
            // A value that another writer put there is in no index.
            if (room.Room.SingleKey is { } only && _values.Find(LastValueCache.EventOf(only), only) is null) _reads.Enqueue(only);
            room.Looked(_tick);
            room.LookTicket = Math.Max(room.LookTicket, ticket);
        }

        if (!_hasBaseline && _reads.Count == 0 && !_reads.IsReading) _hasBaseline = true;
        ScheduleRead();
    }

    private bool IsNewer(ConflationKey key, long receivedAt)
    {
        var held = key.Kind == MarketKind.Chain && IsChainInUse(key)
            ? _values.Find(MarketEvent.ChainUpdate, key)
            : _values.Find(key.Kind == MarketKind.Chain ? MarketEvent.ChainSummary : MarketEvent.UnderlyingUpdate, key);
        // The index counts in milliseconds, and bridges have clocks of their own: anything but the same is worth a read.
        return held is null || held.ReceivedAt / 1000 != receivedAt / 1000;
    }

    private void OnStoreFailed(StoreFailed failed)
    {
        _log.StoreFailed(_time, failed.Error);
        _retryAt = _tick + Ticks(RetryAfter);
        if (failed.Keys is null)
        {
            _isLooking = false;
            _mustLook = true;
        }
        else
        {
            _reads.Failed();
        }
    }

    private void OnFeedStatus(FeedState state)
    {
        // After any gap the store may hold what no topic brought.
        if (state == FeedState.Live && _feed != FeedState.Live) _mustLook = true;
        _feed = state;
    }

    private long Now() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    // Whatever a read fails with, another is tried later: without its answer the actor would wait for ever.
    private static async Task<object> ReadValuesAsync(
        ILatestStore store, IReadOnlyCollection<ConflationKey> keys, TimeSpan timeout, TimeProvider time)
    {
        try
        {
            using var cancellation = new CancellationTokenSource(timeout, time);
            return new ValuesRead(keys, await store.ReadAsync(keys, cancellation.Token).ConfigureAwait(false));
        }
        catch (Exception error)
        {
            return new StoreFailed(error.Message, keys);
        }
    }

    private static async Task<object> ReadIndexAsync(ILatestStore store, TimeSpan timeout, TimeProvider time)
    {
        try
        {
            using var cancellation = new CancellationTokenSource(timeout, time);
            return new IndexRead(await store.ReadIndexAsync(cancellation.Token).ConfigureAwait(false));
        }
        catch (Exception error)
        {
            return new StoreFailed(error.Message, null);
        }
    }

    private sealed record ReadNow : INoSerializationVerificationNeeded
    {
        public static readonly ReadNow Instance = new();
    }

    private sealed record ValuesRead(IReadOnlyCollection<ConflationKey> Keys, IReadOnlyList<MarketUpdate> Values) : INoSerializationVerificationNeeded;

    private sealed record IndexRead(IReadOnlyList<LatestEntry> Entries) : INoSerializationVerificationNeeded;

    /// <summary>A read of these keys failed; null: one of the index.</summary>
    private sealed record StoreFailed(string Error, IReadOnlyCollection<ConflationKey>? Keys) : INoSerializationVerificationNeeded;
}

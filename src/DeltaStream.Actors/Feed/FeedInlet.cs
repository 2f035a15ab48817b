using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Feed;

/// <summary>
/// The entry to the graph. Any thread may call it and it never blocks. A message is validated, gets its ordinal and waits in a
/// queue until the graph's thread takes it. If the graph can't pass messages on, or the queue is full, only the newest message of
/// each key is kept. So memory is bounded whatever the feed sends, and waiting messages outlive a failed graph.
/// </summary>
internal sealed class FeedInlet(BridgeSettings settings, IntakeLedger ledger, MessageReader reader, TimeProvider time)
{
    // The queue reaches this length only if the process gets no CPU. The limit in bytes exists because this many chains would take
    // far too much memory.
    private const int MaxQueuedMessages = 8192;
    private const long MaxQueuedBytes = 64 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<Intake> _queue = new();
    private readonly ConflationBuffer<Intake> _buffer = new(settings.MaxRate, settings.MaxKeys);
    private long _queueBytes;
    private Action? _wake;
    private bool _isAwake;

    /// <summary>The time when the next throttled message is due; null if there is none.</summary>
    public TimeSpan? NextDue
    {
        get { lock (_lock) return _buffer.NextDue; }
    }

    /// <summary>Begins a subscription to the feed. The caller invokes the result once the subscription is made, before its first message.</summary>
    public Action BeginSubscription()
    {
        var began = time.Elapsed();
        return () =>
        {
            // Redis's time of the begin is computed only now, because earlier the clock may not have been set.
            var now = time.UnixMicroseconds();
            ledger.Subscribed(new SubscribedAt(now - (long)(time.Elapsed() - began).TotalMicroseconds, now));
        };
    }

    /// <summary>Adds a message of the feed.</summary>
    public void Receive(FeedMessage message) => Enter(message, stored: null);

    /// <summary>Adds a value that was read back from the store after a gap. It may be known already.</summary>
    public void Restore(FeedMessage message, Position position) => Enter(message, position);

    /// <summary>
    /// Starts a new graph and offers it the newest message of each key, because the former graph may have taken it without
    /// publishing it.
    /// </summary>
    /// <param name="wake">Called for the first message that arrives after each <see cref="TryTake"/> or <see cref="ConflateQueue"/>.</param>
    public void Begin(Action wake)
    {
        lock (_lock)
        {
            (_wake, _isAwake) = (wake, false);
            Conflate();
            foreach (var intake in ledger.Newest) Offer(intake);
        }
    }

    /// <summary>Takes the next message that is due, if there is one.</summary>
    public bool TryTake(out Intake intake)
    {
        lock (_lock)
        {
            _isAwake = false;
            while (!_buffer.TryTake(time.Elapsed(), out intake))
            {
                if (_queue.Count == 0) return false;
                OfferNext();
            }

            return true;
        }
    }

    /// <summary>Conflates the queued messages, because the graph can't pass them on now.</summary>
    public void ConflateQueue()
    {
        lock (_lock)
        {
            _isAwake = false;
            Conflate();
        }
    }

    /// <summary>
    /// Drops messages that are too old. Without this, a standby, which takes nothing, would keep the last chain of every expiry
    /// for ever.
    /// </summary>
    public void Expire()
    {
        var now = time.UnixMicroseconds();
        lock (_lock) _buffer.Drop(intake => !intake.IsLiveAt(now));
    }

    /// <summary>Says what was wrong with messages. To be called about twice a second.</summary>
    public void ReportFaults() => reader.Tick();

    /// <summary>No messages will follow.</summary>
    public void Stop() => reader.Stop();

    private void Enter(FeedMessage message, Position? stored)
    {
        if (stored is null) BridgeMetrics.MessageIn(message.Channel);
        if (reader.Read(message) is not { } read) return;
        lock (_lock)
        {
            var now = time.Elapsed();
            var intake = stored is { } position ? ledger.Restored(read, position, message.ReceivedAt, now) : ledger.Received(read, message.ReceivedAt, now);
            if (intake is null) return;
            _queue.Enqueue(intake);
            _queueBytes += read.Payload.Length;
            if (_queue.Count > MaxQueuedMessages || _queueBytes > MaxQueuedBytes) Conflate();
            if (_isAwake) return;
            _isAwake = true;
        }

        _wake?.Invoke();
    }

    private void Conflate()
    {
        while (_queue.Count > 0) OfferNext();
    }

    private void OfferNext()
    {
        var intake = _queue.Dequeue();
        _queueBytes -= intake.Message.Payload.Length;
        Offer(intake);
    }

    private void Offer(Intake intake)
    {
        switch (_buffer.Offer(intake.Message.Key, intake, time.Elapsed()))
        {
            case Offered.Conflated: BridgeMetrics.Conflated.Add(1); break;
            case Offered.Refused: BridgeMetrics.Refused.Add(1); break;
        }
    }
}

using DeltaStream.Actors.Market;
using DeltaStream.Actors.Takeover;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Actors.Feed;

/// <summary>
/// The way into the graph, from any thread and without waiting. A message is read, gets its place in the intake and waits in a
/// line until the graph's thread looks. Messages that the graph can't pass on then, and those beyond the line's bounds, are
/// conflated: of each key the newest waits. So what waits is bounded, whatever the feed sends, and outlives a graph that fails.
/// </summary>
internal sealed class FeedInlet(BridgeSettings settings, IntakeLedger ledger, MessageReader reader, TimeProvider time)
{
    // Only a process that gets no CPU lets the line grow that long. Chains are large: so many messages of the largest kind would be far too much.
    private const int LongestLine = 8192;
    private const long LargestLine = 64 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<Intake> _line = new();
    private readonly ConflationBuffer<Intake> _buffer = new(settings.MaxRate, settings.MaxKeys);
    private long _lineBytes;
    private Action? _wake;
    private bool _isAwake;

    /// <summary>When the next throttled message may go; null when none waits for its time.</summary>
    public TimeSpan? NextDue
    {
        get { lock (_lock) return _buffer.NextDue; }
    }

    /// <summary>Takes in a message of the feed.</summary>
    public void Receive(FeedMessage message) => Enter(message, isStored: false);

    /// <summary>Takes in a value read back from the store after a gap, which may be known already.</summary>
    public void Restore(FeedMessage message) => Enter(message, isStored: true);

    /// <summary>
    /// A graph begins: it is offered the newest message of each key, which one before it may have taken and not published.
    /// </summary>
    /// <param name="wake">Called when a message has come and the graph has not looked since.</param>
    public void Begin(Action wake)
    {
        lock (_lock)
        {
            (_wake, _isAwake) = (wake, false);
            Conflate();
            foreach (var intake in ledger.Newest) Offer(intake);
        }
    }

    /// <summary>Takes the message whose turn it is, if there is one.</summary>
    public bool TryTake(out Intake intake)
    {
        lock (_lock)
        {
            _isAwake = false;
            while (!_buffer.TryTake(time.Elapsed(), out intake))
            {
                if (_line.Count == 0) return false;
                OfferNext();
            }

            return true;
        }
    }

    /// <summary>Conflates the messages in the line, for they can't be passed on now.</summary>
    public void Wait()
    {
        lock (_lock)
        {
            _isAwake = false;
            Conflate();
        }
    }

    /// <summary>Drops messages that have grown too old. On a standby nothing is taken, and the last chain of every expiry would stay for ever.</summary>
    public void Expire()
    {
        var now = time.UnixMicroseconds();
        lock (_lock) _buffer.Drop(intake => !intake.LivesAt(now));
    }

    private void Enter(FeedMessage message, bool isStored)
    {
        if (!isStored) BridgeMetrics.MessageIn(message.Channel);
        if (reader.Read(message) is not { } read) return;
        lock (_lock)
        {
            var now = time.Elapsed();
            var intake = isStored ? ledger.Restored(read, message.ReceivedAt, now) : ledger.Received(read, message.ReceivedAt, now);
            if (intake is null) return;
            _line.Enqueue(intake);
            _lineBytes += read.Payload.Length;
            if (_line.Count > LongestLine || _lineBytes > LargestLine) Conflate();
            if (_isAwake) return;
            _isAwake = true;
        }

        _wake?.Invoke();
    }

    private void Conflate()
    {
        while (_line.Count > 0) OfferNext();
    }

    private void OfferNext()
    {
        var intake = _line.Dequeue();
        _lineBytes -= intake.Message.Payload.Length;
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

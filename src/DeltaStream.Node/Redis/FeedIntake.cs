using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using DeltaStream.Actors.Feed;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Telemetry;

namespace DeltaStream.Node.Redis;

/// <summary>
/// What waits between the Redis client, whose own queue knows no bound, and the bridge. The bridge drains it at once; only a
/// process that gets no CPU lets it fill, and from then on it keeps the newest message of each key: superseded ones go, the
/// last one of a key never does.
/// </summary>
/// <param name="capacity">Messages that may wait before they conflate.</param>
/// <param name="maxMessageBytes">The largest message whose key is looked for.</param>
/// <param name="onOverflow">Called each time it begins to conflate.</param>
internal sealed class FeedIntake(int capacity, int maxMessageBytes, Action onOverflow) : ChannelReader<FeedMessage>
{
    // Chains are large: so many messages of the largest kind would be far too much.
    private const long CapacityBytes = 64 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<FeedMessage> _queue = new();
    private readonly Queue<ConflationKey> _order = new();
    private readonly Dictionary<ConflationKey, FeedMessage> _newest = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<bool>? _reader;
    private Exception? _end;
    private long _bytes;

    /// <inheritdoc/>
    public override Task Completion => _completion.Task;

    /// <summary>Takes a message in; never waits.</summary>
    public void Put(FeedMessage message)
    {
        var overflows = false;
        lock (_gate)
        {
            if (_end is not null) return;
            // Behind what is conflated already, everything is: else a key's newer message could come before its older one.
            if (_order.Count == 0 && _queue.Count < capacity && _bytes < CapacityBytes)
            {
                _queue.Enqueue(message);
                _bytes += message.Payload.Length;
            }
            else
            {
                overflows = _order.Count == 0;
                Conflate(message);
            }

            WakeReader();
        }

        if (overflows) onOverflow();
    }

    /// <summary>Nothing more will come; what waits is still read.</summary>
    public void End(Exception reason)
    {
        lock (_gate)
        {
            if (_end is not null) return;
            _end = reason;
            CompleteWhenRead();
            WakeReader();
        }
    }

    /// <inheritdoc/>
    public override bool TryRead([MaybeNullWhen(false)] out FeedMessage item)
    {
        lock (_gate)
        {
            if (_queue.TryDequeue(out item)) _bytes -= item.Payload.Length;
            else if (_order.TryDequeue(out var key)) _newest.Remove(key, out item);
            else return false;
            CompleteWhenRead();
            return true;
        }
    }

    /// <inheritdoc/>
    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_queue.Count + _order.Count > 0) return ValueTask.FromResult(true);
            if (_end is not null) return ValueTask.FromException<bool>(_end);
            _reader ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return new(_reader.Task.WaitAsync(cancellationToken));
        }
    }

    private void Conflate(FeedMessage message)
    {
        // What the bridge would skip is skipped here: it has no key.
        if (!EnrichedMessage.IsKnown(message.Channel)
            || !EnrichedMessage.TryRead(message.Channel, message.Payload, maxMessageBytes, out var read, out _))
        {
            BridgeMetrics.MessageIn(message.Channel);
            BridgeMetrics.Refused.Add(1);
            return;
        }

        if (_newest.TryAdd(read!.Key, message))
        {
            _order.Enqueue(read.Key);
            return;
        }

        BridgeMetrics.MessageIn(message.Channel);
        BridgeMetrics.Conflated.Add(1);
        _newest[read.Key] = message;
    }

    private void WakeReader()
    {
        var (reader, end) = (_reader, _end);
        _reader = null;
        if (reader is null) return;
        if (end is null || _queue.Count + _order.Count > 0) reader.SetResult(true);
        else reader.SetException(end);
    }

    private void CompleteWhenRead()
    {
        if (_end is not null && _queue.Count + _order.Count == 0) _completion.TrySetException(_end);
    }
}

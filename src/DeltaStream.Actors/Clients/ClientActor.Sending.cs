using Akka.Actor;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>Sending: one write in flight, what is due leaves together, what can't leave conflates.</summary>
public sealed partial class ClientActor
{
    // However busy the mailbox is, what is due waits for no more messages than this: as many as the dispatcher's throughput
    // lets an actor take in one turn.
    private const int MostUnflushed = 30;

    // A client has to show that it reads after as many bytes at the latest; until then nothing is superseded.
    private const int MostDueBytes = 64 * 1024;

    private static readonly Func<IWireProtocol, (MarketUpdate Update, ClientContext Context), Frame> Encode = static (protocol, it) =>
    {
        it.Context.Metrics.Encoded(protocol.Slot);
        return protocol.EncodeEvent(ServerEvents.NameOf(it.Update.Event), it.Update.Payload.Span);
    };

    // The transport does not keep the list, so one a thread is enough.
    [ThreadStatic]
    private static List<Frame>? _batch;

    private readonly Outbox _outbox;
    private ICancelable? _stuckCheck;
    private string _countedAs;
    private long _writes;
    private int _unflushed;
    private bool _isReady;
    private bool _isPaused;

    /// <summary>Nothing leaves before <c>general</c> is heard: after <c>connected</c> no update may be missed.</summary>
    private bool CanWrite => _isReady && _opening is null && _reason is null;

    /// <summary>Sends what came alone at once; where more waits in the mailbox it leaves together with that.</summary>
    private void Send(MarketUpdate update)
    {
        if (CanWrite && _outbox.IsEmpty && !_cell.HasMessages)
        {
            var batch = Batch();
            batch.Add(FrameOf(update));
            Write(batch, 1, update);
        }
        else
        {
            Enqueue(update);
        }
    }

    /// <summary>A client that reads is spared nothing: only what it can't take now is superseded.</summary>
    private void Enqueue(MarketUpdate update)
    {
        if (CanWrite)
        {
            _outbox.AddDue(update);
            if (_outbox.DueBytes > MostDueBytes) Flush();
        }
        else
        {
            var superseded = _outbox.Conflate();
            if (_outbox.Add(update)) superseded++;
            _context.Metrics.Conflated(superseded);
        }
    }

    private void OnReady()
    {
        _isReady = true;
        var name = _transport.Name;
        if (ReferenceEquals(name, _countedAs) || name == _countedAs) return;
        _context.Metrics.Moved(_countedAs, name);
        _countedAs = name;
    }

    /// <summary>Several messages that wait in the mailbox leave in one write; an idle client's leaves at once.</summary>
    private void FlushWhenIdle()
    {
        if (!CanWrite || _outbox.IsEmpty) return;
        if (_cell.HasMessages && ++_unflushed < MostUnflushed) return;
        Flush();
    }

    private void Flush()
    {
        _unflushed = 0;
        while (CanWrite && !_outbox.IsEmpty)
        {
            var batch = Batch();
            var most = Math.Max(1, _transport.MaxBatch);
            MarketUpdate? first = null;
            var updates = 0;
            while (batch.Count < most && _outbox.TryTake(out var answer, out var update))
            {
                if (update is not null)
                {
                    first ??= update;
                    updates++;
                }

                batch.Add(answer ?? FrameOf(update!));
            }

            Write(batch, updates, first);
        }

        if (!_isPaused || _outbox.ControlCount > 0 || IsAskedTooOften) return;
        _isPaused = false;
        _transport.SetReading(true);
    }

    private void Write(List<Frame> batch, int updates, MarketUpdate? first)
    {
        _writes++;
        _isReady = _transport.Write(batch);
        if (first is not null) _context.Metrics.Delivered(updates, SecondsSince(first.ReceivedAt));
        if (!_isReady && _stuckCheck is null) ScheduleStuckCheck();
    }

    private Frame FrameOf(MarketUpdate update) => update.Frames.Get(_transport.Protocol, (update, _context), Encode);

    private double SecondsSince(long microseconds) =>
        (_context.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds - (microseconds / 1e6);

    /// <summary>One look later costs no timer for each write: it finds the very write it was set for, or sets the next.</summary>
    private void ScheduleStuckCheck() => _stuckCheck = Context.System.Scheduler.ScheduleTellOnceCancelable(
        _context.Settings.StuckWriteTimeout, Self, new StuckCheck(_writes), Self);

    private void OnStuckCheck(StuckCheck check)
    {
        _stuckCheck = null;
        if (_isReady) return;
        if (check.Write == _writes) CloseSlowConsumer();
        else ScheduleStuckCheck();
    }

    private void CloseSlowConsumer()
    {
        if (_reason is not null) return;
        _context.Metrics.SlowConsumer();
        _transport.Close(CloseReason.SlowConsumer);
        End(CloseReason.SlowConsumer);
    }

    private static List<Frame> Batch()
    {
        var batch = _batch ??= new(16);
        batch.Clear();
        return batch;
    }

    private sealed record StuckCheck(long Write) : INoSerializationVerificationNeeded;
}

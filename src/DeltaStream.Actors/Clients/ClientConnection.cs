using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// A client's transport with what waits for it: one write in flight, what is due leaves together, what can't leave conflates. Knows
/// whether the connection is over, and why; everything else asks it.
/// </summary>
internal sealed class ClientConnection
{
    // However busy the mailbox is, what is due waits for no more messages than this: as many as the dispatcher's throughput
    // lets an actor take in one turn.
    private const int MostUnflushed = 30;

    // A client has to show that it reads after as many bytes at the latest; until then nothing is superseded.
    private const int MostDueBytes = 64 * 1024;

    private static readonly Func<IWireProtocol, (MarketUpdate Update, ClientContext Context), Frame> Encode = static (protocol, it) =>
    {
        it.Context.Metrics.Encoded(protocol.Slot);
        return protocol.EncodeEvent(it.Update.Event.Name, it.Update.Payload.Span);
    };

    // The transport does not keep the list, so one a thread is enough.
    [ThreadStatic]
    private static List<Frame>? _batch;

    private readonly ClientContext _context;
    private readonly IClientTransport _transport;
    private string _countedAs;
    private int _unflushed;
    private bool _isPaused;

    public ClientConnection(ClientContext context, IClientTransport transport)
    {
        (_context, _transport, _countedAs) = (context, transport, transport.Name);
        Outbox = new(context.Settings.ControlLaneEntries, context.Settings.ControlLaneBytes);
    }

    public Outbox Outbox { get; }

    /// <summary>Why the connection is over; null while it goes on.</summary>
    public CloseReason? End { get; private set; }

    public bool IsOver => End is not null;

    /// <summary>Whether the client has said goodbye: then there is nothing to come back to.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>Nothing leaves while this is so.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Whether the last write has left, so that the next one may begin.</summary>
    public bool IsReady { get; private set; }

    /// <summary>For which reason the connection closes once the answers that wait have left; null while it goes on.</summary>
    public CloseReason? Farewell { get; private set; }

    /// <summary>How many writes there were: tells a write that makes no progress from the next one.</summary>
    public long Writes { get; private set; }

    /// <summary>Whether the client's requests are not read although its answers have left.</summary>
    public bool MayRead => _isPaused && Outbox.ControlCount == 0;

    private bool CanWrite => IsReady && !IsHeld && !IsOver;

    public void Opened() => _context.Metrics.Opened(_countedAs);

    /// <summary>The actor has stopped. Without a reason it has failed: the connection must not outlive it.</summary>
    public void Stopped()
    {
        Close(CloseReason.ServerError);
        _context.Metrics.Closed(_countedAs, End!.Name);
    }

    /// <summary>Closes the connection, unless it is over.</summary>
    public void Close(CloseReason reason)
    {
        if (IsOver) return;
        _transport.Close(reason);
        End = reason;
    }

    /// <summary>The transport is gone, or goes on without this node.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="hasLeft">Whether the client has said goodbye.</param>
    public void Ended(CloseReason reason, bool hasLeft = false) => (End, HasLeft) = (End ?? reason, hasLeft);

    /// <summary>Sends no update any more, and closes once the answers that wait have left.</summary>
    public void CloseAfterAnswers(CloseReason reason)
    {
        (Farewell, IsHeld) = (reason, false);
        Drop(static _ => false);
        Flush();
    }

    public void CloseSlowConsumer()
    {
        if (IsOver) return;
        _context.Metrics.SlowConsumer();
        Close(CloseReason.SlowConsumer);
    }

    public void Answer(string name, ReadOnlySpan<byte> data) => Add(_transport.Protocol.EncodeEvent(name, data));

    public void Acknowledge(ReadOnlyMemory<byte>? ackId, ReadOnlySpan<byte> data)
    {
        if (ackId is { } id) Add(_transport.Protocol.EncodeAck(id.Span, data));
    }

    public void Refuse(RequestError error, ReadOnlyMemory<byte>? ackId)
    {
        _context.Metrics.Refused(error.Code);
        Answer(ServerEvents.Error, ServerEvents.ErrorData(error));
        Acknowledge(ackId, ServerEvents.ErrorAck(error));
    }

    /// <summary>Sends what came alone at once; where more waits in the mailbox it leaves together with that.</summary>
    public void Send(MarketUpdate update, bool isAlone)
    {
        if (CanWrite && isAlone && Outbox.IsEmpty)
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
    public void Enqueue(MarketUpdate update)
    {
        if (CanWrite)
        {
            Outbox.AddDue(update);
            if (Outbox.DueBytes > MostDueBytes) Flush();
        }
        else
        {
            var superseded = Outbox.Conflate();
            if (Outbox.Add(update)) superseded++;
            _context.Metrics.Conflated(superseded);
        }
    }

    /// <summary>The client has left rooms: what waits of them is not sent.</summary>
    public void Drop(Func<MarketUpdate, bool> isWanted) => _context.Metrics.Dropped(Outbox.Purge(isWanted), "unsubscribed");

    /// <summary>The transport can take a write; it may have become another one.</summary>
    public void OnReady()
    {
        IsReady = true;
        var name = _transport.Name;
        if (ReferenceEquals(name, _countedAs) || name == _countedAs) return;
        _context.Metrics.Moved(_countedAs, name);
        _countedAs = name;
    }

    /// <summary>Several messages that wait in the mailbox leave in one write; an idle client's leaves at once.</summary>
    public void FlushWhenIdle(bool isIdle)
    {
        if (!CanWrite || Outbox.IsEmpty || (!isIdle && ++_unflushed < MostUnflushed)) return;
        Flush();
    }

    public void Flush()
    {
        _unflushed = 0;
        while (CanWrite && !Outbox.IsEmpty)
        {
            var batch = Batch();
            var most = Math.Max(1, _transport.MaxBatch);
            MarketUpdate? first = null;
            var updates = 0;
            while (batch.Count < most && Outbox.TryTake(out var answer, out var update))
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

        if (Farewell is not null && Outbox.IsEmpty) Close(Farewell);
    }

    public void PauseReading()
    {
        if (_isPaused) return;
        _isPaused = true;
        _transport.SetReading(false);
    }

    public void ResumeReading()
    {
        _isPaused = false;
        _transport.SetReading(true);
    }

    private void Add(Frame answer)
    {
        Outbox.Add(answer);
        // One message may have many answers. A client that reads them is not a slow consumer, however many there are.
        if (Outbox.IsFilling && CanWrite) Flush();
        if (Outbox.IsOverfull) CloseSlowConsumer();
        else if (Outbox.IsFilling) PauseReading();
    }

    private void Write(List<Frame> batch, int updates, MarketUpdate? first)
    {
        Writes++;
        IsReady = _transport.Write(batch);
        if (first is not null) _context.Metrics.Delivered(updates, SecondsSince(first.ReceivedAt));
    }

    private Frame FrameOf(MarketUpdate update) => update.Frames.Get(_transport.Protocol, (update, _context), Encode);

    private double SecondsSince(long microseconds) => (_context.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds - (microseconds / 1e6);

    private static List<Frame> Batch()
    {
        var batch = _batch ??= new(16);
        batch.Clear();
        return batch;
    }
}

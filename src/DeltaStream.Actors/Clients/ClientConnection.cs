using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Clients;

/// <summary>
/// A client's transport and its outbox. One write is in flight at a time, gathered updates leave together, and updates that can't
/// leave are conflated. It also knows whether the connection is over, and why.
/// </summary>
internal sealed class ClientConnection
{
    // Updates are flushed after this many messages however busy the mailbox is. It equals the dispatcher's throughput, the
    // number of messages that an actor handles in one turn.
    private const int MostUnflushed = 30;

    // Gathered updates of more bytes than this are written at once: if the client does not read, the write shows it, and from then on
    // updates are superseded.
    private const int MostGatheredBytes = 64 * 1024;

    // The transport does not keep the list, so one list per thread is enough.
    [ThreadStatic]
    private static List<Frame>? _batch;

    private readonly ClientContext _context;
    private readonly IClientTransport _transport;
    private string _countedAs;
    private int _unflushed;
    private bool _isReadingPaused;

    public ClientConnection(ClientContext context, IClientTransport transport, ClientUsage usage)
    {
        (_context, _transport, _countedAs, Usage) = (context, transport, transport.Name, usage);
        Outbox = new(context.Settings.MaxWaitingAnswers, context.Settings.MaxWaitingAnswerBytes);
    }

    public Outbox Outbox { get; }

    /// <summary>The client's views; null while it has had none.</summary>
    public ClientViews? Views { get; set; }

    public ClientUsage Usage { get; }

    public IWireProtocol Protocol => _transport.Protocol;

    /// <summary>True while the client has been sent more than it may request.</summary>
    public bool IsOverBytes => Usage.IsOverBytes(_context.Settings.RequestedBytes, _context.Time);

    /// <summary>Why the connection is over; null while it is open.</summary>
    public CloseReason? End { get; private set; }

    public bool IsOver => End is not null;

    /// <summary>True if the client ended the session itself, so there is nothing to recover.</summary>
    public bool EndedByClient { get; private set; }

    /// <summary>While true, nothing is written.</summary>
    public bool IsHeld { get; set; }

    /// <summary>True if the transport can take the next write.</summary>
    public bool IsReady { get; private set; }

    /// <summary>The reason with which the connection closes after the waiting answers are sent; null otherwise.</summary>
    public CloseReason? CloseReasonAfterAnswers { get; private set; }

    /// <summary>The number of writes. It distinguishes a stuck write from the next one.</summary>
    public long Writes { get; private set; }

    /// <summary>True if reading is paused although all answers are sent.</summary>
    public bool MayRead => _isReadingPaused && Outbox.AnswerCount == 0;

    /// <summary>True if an update can be written now.</summary>
    public bool CanWrite => IsReady && !IsHeld && !IsOver;

    public void Opened() => _context.Metrics.Opened(_countedAs);

    /// <summary>The actor has stopped. Without a close reason the actor has failed, and the connection must not outlive it.</summary>
    public void Stopped()
    {
        Close(CloseReason.ServerError);
        _context.Metrics.Closed(_countedAs, End!.Name);
    }

    /// <summary>Closes the connection unless it is over already.</summary>
    public void Close(CloseReason reason)
    {
        if (IsOver) return;
        _transport.Close(reason);
        End = reason;
    }

    /// <summary>The transport has closed, or continues on another node.</summary>
    /// <param name="reason">The close reason.</param>
    /// <param name="endedByClient">True if the client ended the session itself.</param>
    public void Ended(CloseReason reason, bool endedByClient = false) => (End, EndedByClient) = (End ?? reason, endedByClient);

    /// <summary>Drops all updates and closes after the waiting answers are sent.</summary>
    public void CloseAfterAnswers(CloseReason reason)
    {
        (CloseReasonAfterAnswers, IsHeld) = (reason, false);
        _context.Metrics.Dropped(Outbox.Purge(static _ => false), "unsubscribed");
        Flush();
    }

    public void CloseSlowConsumer()
    {
        if (IsOver) return;
        _context.Metrics.SlowConsumer();
        Close(CloseReason.SlowConsumer);
    }

    public void Answer(string name, ReadOnlySpan<byte> data) => Add(_transport.Protocol.EncodeEvent(name, data));

    /// <summary>Adds an answer that is already encoded.</summary>
    public void Answer(Frame answer) => Add(answer);

    /// <summary>Answers with a list that the client requested. Answers are never dropped, so its bytes are charged here.</summary>
    public void AnswerRequested(Frame list)
    {
        Charge(list);
        Add(list);
    }

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

    /// <summary>Adds the answers to one request for several rooms, in order.</summary>
    public void AnswerTogether(IReadOnlyCollection<Frame> answers)
    {
        Outbox.AddGroup(answers);
        if (CanWrite) Flush();
        if (Outbox.HasGroup) PauseReading();
    }

    /// <summary>Adds an answer that is sent after all updates that wait now.</summary>
    public void AnswerAfterUpdates(Frame answer)
    {
        Flush();
        if (Outbox.IsEmpty)
        {
            Answer(answer);
            return;
        }

        _context.Metrics.Conflated(Outbox.Conflate());
        Outbox.AddAfterUpdates(answer);
    }

    /// <summary>Writes an update by itself. Nothing may wait, and the transport must be ready.</summary>
    public void WriteAlone(MarketUpdate update)
    {
        if (FrameOf(update) is not { } frame) return;
        var batch = Batch();
        batch.Add(frame);
        Write(batch, 1, update);
    }

    /// <summary>Gathers an update that is written in this turn of the actor.</summary>
    /// <param name="update">The update.</param>
    /// <param name="isRequested">True for a value of a snapshot, whose bytes are charged to the client when they are written.</param>
    public void Gather(MarketUpdate update, bool isRequested)
    {
        Outbox.Gather(update, isRequested);
        if (Outbox.GatheredBytes > MostGatheredBytes) Flush();
    }

    /// <summary>The transport can take a write. Its name changes when the client has upgraded.</summary>
    public void OnReady()
    {
        IsReady = true;
        var name = _transport.Name;
        if (ReferenceEquals(name, _countedAs) || name == _countedAs) return;
        _context.Metrics.Moved(_countedAs, name);
        _countedAs = name;
    }

    /// <summary>Flushes when the mailbox is empty, so that updates of several messages leave in one write.</summary>
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
                // In a view an update may change nothing.
                if ((answer ?? FrameOf(update!)) is not { } frame) continue;
                if (update is not null)
                {
                    if (!Outbox.WasRequested) first ??= update;
                    updates++;
                }

                if (Outbox.WasRequested) Charge(frame);
                batch.Add(frame);
            }

            if (batch.Count > 0) Write(batch, updates, first);
        }

        if (CloseReasonAfterAnswers is not null && Outbox.IsEmpty) Close(CloseReasonAfterAnswers);
    }

    public void PauseReading()
    {
        if (_isReadingPaused) return;
        _isReadingPaused = true;
        _transport.SetReading(false);
    }

    public void ResumeReading()
    {
        _isReadingPaused = false;
        _transport.SetReading(true);
    }

    private void Add(Frame answer)
    {
        Outbox.Add(answer);
        // One message may cause many answers. A client that reads them is not a slow consumer, so write before counting.
        if (Outbox.IsFilling && CanWrite) Flush();
        if (Outbox.IsOverfull) CloseSlowConsumer();
        else if (Outbox.IsFilling) PauseReading();
    }

    private void Charge(Frame frame) => Usage.Charge(frame.Bytes.Length, _context.Settings.RequestedBytes, _context.Time);

    /// <param name="batch">The frames.</param>
    /// <param name="updates">The number of updates among them, values of snapshots included.</param>
    /// <param name="first">The first update that is not a value of a snapshot, whose age says nothing about the delivery.</param>
    private void Write(List<Frame> batch, int updates, MarketUpdate? first)
    {
        Writes++;
        IsReady = _transport.Write(batch);
        if (updates > 0) _context.Metrics.Delivered(updates, first is null ? null : SecondsSince(first.ReceivedAt));
    }

    private Frame? FrameOf(MarketUpdate update) => Views is not null ? Views.FrameOf(update, _transport.Protocol) : PlainFrames.Of(update, _transport.Protocol, _context);

    private double SecondsSince(long microseconds) => Math.Max(0, (_context.RedisTime.UnixMicroseconds() - microseconds) / 1e6);

    private static List<Frame> Batch()
    {
        var batch = _batch ??= new(16);
        batch.Clear();
        return batch;
    }
}

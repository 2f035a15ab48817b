using DeltaStream.Actors.Wire;
using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Transports.WebSockets;

/// <summary>
/// Writes whole frames to the upgraded connection from whatever thread has them. It needs no task and no buffer of its own:
/// what the connection does not take at once stays a reference to the shared bytes, one batch and the control frames at most.
/// </summary>
/// <param name="end">Whether the WebSocket is over; then nothing but the close frame is taken.</param>
/// <param name="deflater">Compresses frames; null where the client did not ask for it.</param>
internal abstract class WebSocketSender(ConnectionEnd end, FrameDeflater? deflater)
{
    /// <summary>How many frames one write may hold.</summary>
    public const int MaxBatch = 64;

    private const int MaxControlFrames = 256;
    private const int MaxControlBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private ILinkListener? _listener;
    private TaskCompletionSource? _drained;
    private Queue<Frame>? _waiting;
    private int _controlFrames;
    private int _controlBytes;
    private bool _owesReady;

    public ConnectionEnd End => end;

    /// <summary>Whether nothing can be sent any more: sending has failed, or <see cref="Stop"/> was called. Guarded by the lock.</summary>
    protected bool IsStopped { get; private set; }

    /// <summary>Whether a write to the connection is under way; <see cref="Continue"/> follows it.</summary>
    protected bool IsPending { get; set; }

    /// <summary>Whether the frame that waits first is half sent.</summary>
    protected virtual bool IsWithinFrame => false;

    private bool Busy => IsPending || _waiting is not null;

    /// <summary>Tells this listener of the moments when an application's write may come.</summary>
    /// <returns>Whether it may come now; else the listener is told when what is under way has left.</returns>
    public bool Attach(ILinkListener listener)
    {
        lock (_gate)
        {
            _listener = listener;
            return !(_owesReady = Busy);
        }
    }

    /// <summary>Sends an application's frames together.</summary>
    /// <returns>False where the connection did not take them at once: the listener is told, unless the connection ends.</returns>
    public bool Write(IReadOnlyList<Frame> frames)
    {
        lock (_gate)
        {
            if (IsStopped || end.IsOver) return false;
            try
            {
                for (var i = 0; i < frames.Count; i++) Send(deflater is null ? frames[i] : deflater.Deflate(frames[i]));
            }
            finally
            {
                // Also where one of them can't be compressed: the frames before it must not wait for another client's write.
                Flush();
            }
            return !(_owesReady = Busy);
        }
    }

    /// <summary>Sends a frame of the protocol's own, behind what waits already.</summary>
    /// <returns>False where too many wait: the client asks for answers that it does not read.</returns>
    public bool WriteControl(Frame frame)
    {
        lock (_gate)
        {
            if (IsStopped || end.IsOver) return true;
            if (Busy && (++_controlFrames > MaxControlFrames || (_controlBytes += frame.Bytes.Length) > MaxControlBytes)) return false;
            Send(frame);
            Flush();
            return true;
        }
    }

    /// <summary>Sends the close frame, once the WebSocket is over.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="dropsWaiting">Whether it is sent instead of what waits, right behind a frame that is half sent.</param>
    public void WriteLast(Frame frame, bool dropsWaiting)
    {
        lock (_gate)
        {
            if (IsStopped) return;
            if (dropsWaiting && _waiting is not null) _waiting = IsWithinFrame ? new Queue<Frame>([_waiting.Peek()]) : null;
            Send(frame);
            Flush();
        }
    }

    /// <summary>Completes when nothing waits any more, or nothing can be sent any more.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            if (IsStopped || !Busy) return Task.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    /// <summary>Once this has returned, nothing touches the connection any more.</summary>
    public void Stop()
    {
        lock (_gate) StopUnderLock();
    }

    /// <summary>Takes as much of the frame as can be taken now; called under the lock.</summary>
    /// <returns>False where it has to be offered again, after <see cref="Continue"/>.</returns>
    protected abstract bool TryPut(Frame frame);

    /// <summary>Sends what was put; called under the lock.</summary>
    protected abstract void Flush();

    /// <summary>Stops because sending has failed. The reading side says why the connection is over.</summary>
    protected void StopUnderLock()
    {
        IsStopped = true;
        _waiting = null;
        _drained?.TrySetResult();
    }

    /// <summary>Looks at how the write that was under way has ended; called under the lock.</summary>
    /// <returns>False where this is not the end that was waited for.</returns>
    protected abstract bool TryComplete();

    /// <summary>A write that was under way has ended: sends what waits, as far as the connection takes it.</summary>
    protected void Continue()
    {
        ILinkListener? ready;
        lock (_gate)
        {
            if (!TryComplete()) return;
            while (_waiting is not null && TryPut(_waiting.Peek()))
            {
                _waiting?.Dequeue();
                if (_waiting?.Count == 0) _waiting = null;
            }
            Flush();
            if (Busy || IsStopped) return;
            _controlFrames = _controlBytes = 0;
            _drained?.TrySetResult();
            ready = _owesReady ? _listener : null;
            _owesReady = false;
        }
        ready?.Ready();
    }

    private void Send(Frame frame)
    {
        if (_waiting is null && TryPut(frame)) return;
        (_waiting ??= new Queue<Frame>()).Enqueue(frame);
    }
}

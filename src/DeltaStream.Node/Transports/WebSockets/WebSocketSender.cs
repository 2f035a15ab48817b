using DeltaStream.Actors.Wire;
using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Transports.WebSockets;

/// <summary>
/// Writes whole frames to the upgraded connection, from any thread. It needs no task and no buffer of its own: frames that the
/// connection does not take at once stay references to the shared bytes. At most one batch and the control frames wait.
/// </summary>
/// <param name="end">The end of the WebSocket; after it only the close frame is accepted.</param>
/// <param name="deflater">Compresses frames; null if the client did not ask for it.</param>
internal abstract class WebSocketSender(ConnectionEnd end, FrameDeflater? deflater)
{
    /// <summary>The most frames in one write.</summary>
    public const int MaxBatch = 64;

    private const int MaxControlFrames = 256;
    private const int MaxControlBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private ILinkListener? _listener;
    private TaskCompletionSource? _whenSent;
    private Queue<Frame>? _waiting;
    private int _controlFrames;
    private int _controlBytes;
    private bool _mustCallReady;

    public ConnectionEnd End => end;

    /// <summary>Whether sending has stopped: it has failed, or <see cref="Stop"/> was called. Guarded by the lock.</summary>
    protected bool IsStopped { get; private set; }

    /// <summary>Whether a write to the connection is in progress; <see cref="Continue"/> follows it.</summary>
    protected bool IsPending { get; set; }

    /// <summary>Whether a part of the first waiting frame has been sent.</summary>
    protected virtual bool IsWithinFrame => false;

    private bool IsBusy => IsPending || _waiting is not null;

    /// <summary>Sets the listener, which is called when the application may write.</summary>
    /// <returns>True if the application may write now; else the listener is called when the current write has left.</returns>
    public bool Attach(ILinkListener listener)
    {
        lock (_gate)
        {
            _listener = listener;
            return !(_mustCallReady = IsBusy);
        }
    }

    /// <summary>Sends an application's frames together.</summary>
    /// <returns>False if the connection did not take them at once; the listener is called later, unless the connection ends.</returns>
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
                // Also after a failure to compress a frame: the frames before it must not wait for the next write.
                Flush();
            }
            return !(_mustCallReady = IsBusy);
        }
    }

    /// <summary>Sends a frame of the protocol itself, after the waiting frames.</summary>
    /// <returns>False if too many frames wait: the client asks for replies but does not read them.</returns>
    public bool WriteControl(Frame frame)
    {
        lock (_gate)
        {
            if (IsStopped || end.IsOver) return true;
            if (IsBusy && (++_controlFrames > MaxControlFrames || (_controlBytes += frame.Bytes.Length) > MaxControlBytes)) return false;
            Send(frame);
            Flush();
            return true;
        }
    }

    /// <summary>Sends the close frame, after the WebSocket has ended.</summary>
    /// <param name="frame">The close frame.</param>
    /// <param name="dropsWaiting">Whether the waiting frames are dropped; a frame that is partly sent is completed first.</param>
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

    /// <summary>Completes when no frame waits, or sending has stopped.</summary>
    public Task WhenSentAsync()
    {
        lock (_gate)
        {
            if (IsStopped || !IsBusy) return Task.CompletedTask;
            _whenSent ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _whenSent.Task;
        }
    }

    /// <summary>Stops sending. After this returns, the sender no longer touches the connection.</summary>
    public void Stop()
    {
        lock (_gate) StopUnderLock();
    }

    /// <summary>Takes as much of the frame as the connection can take now; called under the lock.</summary>
    /// <returns>False if the caller must offer the frame again, after <see cref="Continue"/>.</returns>
    protected abstract bool TryPut(Frame frame);

    protected abstract void Flush();

    /// <summary>Stops because sending has failed. The reading side reports the reason for the end.</summary>
    protected void StopUnderLock()
    {
        IsStopped = true;
        _waiting = null;
        _whenSent?.TrySetResult();
    }

    /// <summary>Handles the end of the current write; called under the lock.</summary>
    /// <returns>False if the call is not the end of the current write.</returns>
    protected abstract bool TryComplete();

    /// <summary>Continues after the end of a write: sends the waiting frames, as far as the connection takes them.</summary>
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
            if (IsBusy || IsStopped) return;
            _controlFrames = _controlBytes = 0;
            _whenSent?.TrySetResult();
            ready = _mustCallReady ? _listener : null;
            _mustCallReady = false;
        }
        ready?.Ready();
    }

    private void Send(Frame frame)
    {
        if (_waiting is null && TryPut(frame)) return;
        (_waiting ??= new Queue<Frame>()).Enqueue(frame);
    }
}

using DeltaStream.Actors.Wire;

namespace DeltaStream.Node.Transports.WebSockets;

/// <summary>
/// Writes whole frames to the upgraded connection from whatever thread has them. It needs no task and no buffer of its own:
/// what the connection does not take at once stays a reference to the shared bytes, one batch and the control frames at most.
/// </summary>
internal abstract class WebSocketSender(Action onReady, FrameDeflater? deflater)
{
    private const int MaxControlFrames = 256;
    private const int MaxControlBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private TaskCompletionSource? _drained;
    private Queue<Frame>? _waiting;
    private int _controlFrames;
    private int _controlBytes;
    private bool _owesReady;
    private bool _last;

    /// <summary>Whether the connection is over: nothing leaves any more. Read and set under the lock.</summary>
    protected bool HasEnded { get; private set; }

    /// <summary>Whether a write to the connection is under way; its end is told with <see cref="Continue"/>.</summary>
    protected bool IsPending { get; set; }

    /// <summary>Whether the frame that waits first is half sent.</summary>
    protected virtual bool IsWithinFrame => false;

    private bool Busy => IsPending || _waiting is not null;

    /// <summary>Sends an application's frames together.</summary>
    /// <returns>False where the connection did not take them at once: the callback follows, unless the connection ends.</returns>
    public bool Write(IReadOnlyList<Frame> frames)
    {
        lock (_gate)
        {
            if (HasEnded || _last) return false;
            for (var i = 0; i < frames.Count; i++) Send(deflater is null ? frames[i] : deflater.Deflate(frames[i]));
            Flush();
            return !(_owesReady = Busy);
        }
    }

    /// <summary>Sends a frame of the protocol's own, behind what waits already.</summary>
    /// <returns>False where too many wait: the client asks for answers that it does not read.</returns>
    public bool WriteControl(Frame frame)
    {
        lock (_gate)
        {
            if (HasEnded || _last) return true;
            if (Busy && (++_controlFrames > MaxControlFrames || (_controlBytes += frame.Bytes.Length) > MaxControlBytes)) return false;
            Send(frame);
            Flush();
            return true;
        }
    }

    /// <summary>Sends the last frame; what is written after it is dropped.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="dropsWaiting">Whether it comes at once behind what is half sent, instead of what waits.</param>
    public void WriteLast(Frame frame, bool dropsWaiting)
    {
        lock (_gate)
        {
            if (HasEnded || _last) return;
            _last = true;
            if (dropsWaiting && _waiting is not null) _waiting = IsWithinFrame ? new Queue<Frame>([_waiting.Peek()]) : null;
            Send(frame);
            Flush();
        }
    }

    /// <summary>Completes when nothing waits any more, or nothing can leave any more.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            if (HasEnded || !Busy) return Task.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    /// <summary>The connection is over: once this has returned nothing touches it any more.</summary>
    public void End()
    {
        lock (_gate) EndUnderLock();
    }

    /// <summary>Takes as much of the frame as can be taken now; called under the lock.</summary>
    /// <returns>False where it has to be offered again, after <see cref="Continue"/>.</returns>
    protected abstract bool TryPut(Frame frame);

    /// <summary>Makes what was put leave; called under the lock.</summary>
    protected abstract void Flush();

    /// <summary>Ends under the lock that is already held.</summary>
    protected void EndUnderLock()
    {
        HasEnded = true;
        _waiting = null;
        _drained?.TrySetResult();
    }

    /// <summary>Looks at how the write that was under way has ended; called under the lock.</summary>
    /// <returns>False where this is not the end that was waited for.</returns>
    protected abstract bool TryComplete();

    /// <summary>A write that was under way has ended: what waits leaves, as far as it can.</summary>
    protected void Continue()
    {
        bool ready;
        lock (_gate)
        {
            if (!TryComplete()) return;
            while (_waiting is not null && TryPut(_waiting.Peek()))
            {
                _waiting?.Dequeue();
                if (_waiting?.Count == 0) _waiting = null;
            }
            Flush();
            if (Busy || HasEnded) return;
            _controlFrames = _controlBytes = 0;
            _drained?.TrySetResult();
            ready = _owesReady;
            _owesReady = false;
        }
        if (ready) onReady();
    }

    private void Send(Frame frame)
    {
        if (_waiting is null && TryPut(frame)) return;
        (_waiting ??= new Queue<Frame>()).Enqueue(frame);
    }
}

using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Node.Transports.WebSockets;

/// <summary>
/// Writes whole frames to the upgraded connection from whatever thread has them. It needs no task and no buffer of its own:
/// what the connection does not take at once stays a reference to the shared bytes, one batch and the control frames at most.
/// </summary>
internal sealed class WebSocketSender
{
    /// <summary>
    /// What is put into the connection's pipe between two flushes: bounds what a client that does not read can hold, and is
    /// large so that a whole chain takes two system calls.
    /// </summary>
    private const int ChunkBytes = 28 * 1024;

    private const int MaxControlFrames = 256;
    private const int MaxControlBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly PipeWriter _output;
    private readonly Action _onReady;
    private readonly Action _onFlushed;
    private ValueTaskAwaiter<FlushResult> _flush;
    private TaskCompletionSource? _drained;
    private Queue<Frame>? _waiting;
    private int _offset;
    private int _unflushed;
    private int _controlFrames;
    private int _controlBytes;
    private bool _flushing;
    private bool _registering;
    private bool _completedInline;
    private bool _owesReady;
    private bool _last;
    private bool _ended;

    /// <summary>Writes to the connection.</summary>
    /// <param name="output">The connection.</param>
    /// <param name="onReady">Called when everything has left after a write that returned false.</param>
    public WebSocketSender(PipeWriter output, Action onReady)
    {
        _output = output;
        _onReady = onReady;
        _onFlushed = OnFlushed;
    }

    private bool Busy => _flushing || _waiting is not null;

    /// <summary>Sends an application's frames in one flush.</summary>
    /// <returns>False where the connection did not take them at once: the callback follows, unless the connection ends.</returns>
    public bool Write(IReadOnlyList<Frame> frames)
    {
        lock (_gate)
        {
            if (_ended || _last) return false;
            for (var i = 0; i < frames.Count; i++) Send(frames[i]);
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
            if (_ended || _last) return true;
            if (Busy && (++_controlFrames > MaxControlFrames || (_controlBytes += frame.Bytes.Length) > MaxControlBytes)) return false;
            Send(frame);
            Flush();
            return true;
        }
    }

    /// <summary>Sends the last frame; what is written after it is dropped.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="dropsWaiting">Whether it comes at once behind the frame that is half sent, instead of what waits.</param>
    public void WriteLast(Frame frame, bool dropsWaiting)
    {
        lock (_gate)
        {
            if (_ended || _last) return;
            _last = true;
            if (dropsWaiting && _waiting is not null) _waiting = _offset > 0 ? new Queue<Frame>([_waiting.Peek()]) : null;
            Send(frame);
            Flush();
        }
    }

    /// <summary>Completes when nothing waits any more, or nothing can leave any more.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            if (_ended || !Busy) return Task.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    /// <summary>The connection is over: once this has returned nothing touches it any more.</summary>
    public void End()
    {
        lock (_gate) EndUnderLock();
    }

    private void EndUnderLock()
    {
        _ended = true;
        _waiting = null;
        _drained?.TrySetResult();
    }

    private void Send(Frame frame)
    {
        if (_waiting is null && TryPut(frame)) return;
        (_waiting ??= new Queue<Frame>()).Enqueue(frame);
    }

    /// <summary>Puts the frame's bytes, from where it was left, into the pipe. False while a flush is under way before its end.</summary>
    private bool TryPut(Frame frame)
    {
        var bytes = frame.Bytes.Span;
        while (_offset < bytes.Length)
        {
            if (_flushing || _ended) return false;
            var part = bytes.Slice(_offset, Math.Min(ChunkBytes - _unflushed, bytes.Length - _offset));
            try
            {
                _output.Write(part);
            }
            catch (Exception e) when (e is InvalidOperationException or IOException)
            {
                // The connection was completed under us; its reading side says why it ended.
                EndUnderLock();
                return false;
            }
            _offset += part.Length;
            _unflushed += part.Length;
            if (_unflushed >= ChunkBytes) Flush();
        }
        _offset = 0;
        // The last flush may have found the connection over: then nothing waits any more, not even this frame.
        return !_ended;
    }

    private void Flush()
    {
        if (_unflushed == 0 || _flushing || _ended) return;
        _unflushed = 0;
        _flush = _output.FlushAsync().GetAwaiter();
        if (_flush.IsCompleted || CompletesWhileRegistering()) TakeFlushResult();
        else _flushing = true;
    }

    /// <summary>
    /// Registers for the flush's end. The pipe calls back inline: where the flush has ended meanwhile, that is from within
    /// here, in the middle of a frame perhaps, and must not be taken for the later call.
    /// </summary>
    private bool CompletesWhileRegistering()
    {
        _registering = true;
        _flush.UnsafeOnCompleted(_onFlushed);
        _registering = false;
        var completed = _completedInline;
        _completedInline = false;
        return completed;
    }

    private void TakeFlushResult()
    {
        try
        {
            if (_flush.GetResult().IsCompleted) EndUnderLock();
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or OperationCanceledException)
        {
            EndUnderLock();
        }
        _flush = default;
    }

    private void OnFlushed()
    {
        bool ready;
        lock (_gate)
        {
            // Only the registering thread itself can be here then: it holds the lock.
            if (_registering)
            {
                _completedInline = true;
                return;
            }
            _flushing = false;
            TakeFlushResult();
            while (_waiting is not null && TryPut(_waiting.Peek()))
            {
                _waiting.Dequeue();
                if (_waiting.Count == 0) _waiting = null;
            }
            Flush();
            if (Busy || _ended) return;
            _controlFrames = _controlBytes = 0;
            _drained?.TrySetResult();
            ready = _owesReady;
            _owesReady = false;
        }
        if (ready) _onReady();
    }
}

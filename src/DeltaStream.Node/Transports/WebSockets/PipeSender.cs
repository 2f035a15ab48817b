using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Transports.Connections;

namespace DeltaStream.Node.Transports.WebSockets;

/// <summary>Writes to the connection's pipe.</summary>
internal sealed class PipeSender(PipeWriter output, ConnectionEnd end, FrameDeflater? deflater = null) : WebSocketSender(end, deflater)
{
    /// <summary>
    /// The bytes that go into the pipe between two flushes. The number limits the memory of a client that does not read, and is
    /// large enough to send a whole chain with two system calls.
    /// </summary>
    private const int ChunkBytes = 28 * 1024;

    private Action? _onFlushed;
    private ValueTaskAwaiter<FlushResult> _flush;
    private int _offset;
    private int _unflushed;
    private bool _registering;
    private bool _completedInline;

    protected override bool IsWithinFrame => _offset > 0;

    protected override bool TryPut(Frame frame)
    {
        var bytes = frame.Bytes.Span;
        while (_offset < bytes.Length)
        {
            if (IsPending || IsStopped) return false;
            var part = bytes.Slice(_offset, Math.Min(ChunkBytes - _unflushed, bytes.Length - _offset));
            try
            {
                output.Write(part);
            }
            catch (Exception e) when (e is InvalidOperationException or IOException)
            {
                // The connection was completed during the call.
                StopUnderLock();
                return false;
            }
            _offset += part.Length;
            _unflushed += part.Length;
            if (_unflushed >= ChunkBytes) Flush();
        }
        _offset = 0;
        // The last flush may have found that the connection has ended; then no frame is queued, not even this one.
        return !IsStopped;
    }

    protected override void Flush()
    {
        if (_unflushed == 0 || IsPending || IsStopped) return;
        _unflushed = 0;
        _flush = output.FlushAsync().GetAwaiter();
        if (_flush.IsCompleted || CompletesWhileRegistering()) TakeFlushResult();
        else IsPending = true;
    }

    protected override bool TryComplete()
    {
        // The lock is held, so only the registering thread itself can get here.
        if (_registering)
        {
            _completedInline = true;
            return false;
        }
        IsPending = false;
        TakeFlushResult();
        return true;
    }

    /// <summary>
    /// Registers the callback for the end of the flush. If the flush has already ended, the pipe calls back inline, perhaps in the
    /// middle of a frame. That call must not be handled like the later one.
    /// </summary>
    private bool CompletesWhileRegistering()
    {
        _registering = true;
        _flush.UnsafeOnCompleted(_onFlushed ??= Continue);
        _registering = false;
        var completed = _completedInline;
        _completedInline = false;
        return completed;
    }

    private void TakeFlushResult()
    {
        try
        {
            if (_flush.GetResult().IsCompleted) StopUnderLock();
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or OperationCanceledException)
        {
            StopUnderLock();
        }
        _flush = default;
    }
}

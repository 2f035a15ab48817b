using System.Net.Sockets;
using System.Runtime.CompilerServices;
using DeltaStream.Actors.Wire;
using DeltaStream.Node.Transports.Connections;
using DeltaStream.Node.Transports.WebSockets;

namespace DeltaStream.Node.Transports.DirectSockets;

/// <summary>
/// Writes directly to the connection's socket. A single frame, and frames of more than 16 KB together, go to the kernel without a
/// copy, about eight frames a call. Smaller frames of one write are joined by a copy and take one call. Bytes that the kernel does
/// not take stay in the shared arrays, so a client that does not read holds no buffer.
/// <para>
/// Nothing else may write to the connection. Kestrel does not write after the upgrade, and its own bytes have left by then
/// (<see cref="ConnectionHandover.TakeSocketAsync"/>). Kestrel still reads from the connection and closes it.
/// </para>
/// </summary>
internal sealed class SocketSender : WebSocketSender
{
    private readonly Socket _socket;
    private Action? _onSent;
    private ValueTaskAwaiter<int> _sending;
    private List<ArraySegment<byte>>? _rest;

    public SocketSender(Socket socket, ConnectionEnd end, FrameDeflater? deflater = null) : base(end, deflater)
    {
        _socket = socket;
        // A write sends as much as the kernel takes at once. Kestrel's asynchronous calls are not affected.
        socket.Blocking = false;
    }

    protected override bool TryPut(Frame frame)
    {
        if (IsPending || IsStopped) return false;
        var batch = FrameBatch.OfThread;
        batch.Add(frame);
        if (batch.IsFull) Flush();
        return !IsStopped;
    }

    protected override void Flush()
    {
        var batch = FrameBatch.OfThread;
        if (batch.Segments.Count == 0) return;
        try
        {
            var sent = Send(batch, out var error);
            if (error is not (SocketError.Success or SocketError.WouldBlock)) StopUnderLock();
            else if (sent < batch.Bytes) SendLater(FrameBatch.After(batch.Segments, sent));
        }
        catch (ObjectDisposedException)
        {
            // The connection was closed during the call.
            StopUnderLock();
        }
        finally
        {
            batch.Clear();
        }
    }

    protected override bool TryComplete()
    {
        IsPending = false;
        var rest = _rest!;
        _rest = null;
        try
        {
            var remaining = FrameBatch.After(rest, _sending.GetResult());
            if (remaining.Count > 0) SendLater(remaining);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            StopUnderLock();
        }
        if (!IsPending) _sending = default;
        return true;
    }

    private int Send(FrameBatch batch, out SocketError error)
    {
        if (batch.Segments.Count == 1) return _socket.Send(batch.Segments[0].AsSpan(), SocketFlags.None, out error);
        return batch.TryJoin(out var joined)
            ? _socket.Send(joined, SocketFlags.None, out error)
            : _socket.Send(batch.Segments, SocketFlags.None, out error);
    }

    /// <summary>The kernel's buffer is full: the runtime sends the rest when there is room.</summary>
    private void SendLater(List<ArraySegment<byte>> rest)
    {
        _rest = rest;
        var sending = rest.Count == 1 ? _socket.SendAsync(rest[0].AsMemory()) : new ValueTask<int>(_socket.SendAsync(rest, SocketFlags.None));
        IsPending = true;
        _sending = sending.GetAwaiter();
        _sending.UnsafeOnCompleted(_onSent ??= Continue);
    }
}

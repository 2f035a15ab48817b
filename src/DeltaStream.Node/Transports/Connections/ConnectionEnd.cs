using DeltaStream.Actors.Clients;

namespace DeltaStream.Node.Transports.Connections;

/// <summary>
/// The end of a WebSocket, a session or a client in a namespace, with the first reason for it. Each of them has its own, because
/// each may end before the others. Safe to use from any thread.
/// </summary>
internal sealed class ConnectionEnd
{
    private CloseReason? _reason;
    private ILinkListener? _listener;
    private TaskCompletionSource? _over;
    private bool _isAnnounced;

    /// <summary>The reason for the end; null while it is open.</summary>
    public CloseReason? Reason => Volatile.Read(ref _reason);

    public bool IsOver => Reason is not null;

    /// <summary>Ends it.</summary>
    /// <returns>False if it has already ended; the earlier reason stays.</returns>
    public bool TryEnd(CloseReason reason) => Interlocked.CompareExchange(ref _reason, reason, null) is null;

    /// <summary>Reports the end to the listener, once, after the connection's last message.</summary>
    public void Announce()
    {
        ILinkListener? listener;
        lock (this)
        {
            if (_isAnnounced) return;
            _isAnnounced = true;
            listener = _listener;
            _over?.TrySetResult();
        }
        listener?.Ended(Reason!);
    }

    /// <summary>Replaces the listener of the end. If the end was announced before, the new listener is called at once.</summary>
    public void Attach(ILinkListener listener)
    {
        lock (this)
        {
            _listener = listener;
            if (!_isAnnounced) return;
        }
        listener.Ended(Reason!);
    }

    /// <summary>Completes with <see cref="Announce"/>.</summary>
    public Task WhenOver()
    {
        lock (this)
        {
            if (_isAnnounced) return Task.CompletedTask;
            _over ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _over.Task;
        }
    }
}

using DeltaStream.Actors.Clients;

namespace DeltaStream.Node.Transports.Connections;

/// <summary>
/// Whether something that a client holds open is over, and why: the first reason counts. A WebSocket, a session and a client
/// in a namespace have one each, for each may end before the others; everything else asks it. Safe from any thread.
/// </summary>
internal sealed class ConnectionEnd
{
    private CloseReason? _reason;
    private ILinkListener? _listener;
    private TaskCompletionSource? _over;
    private bool _isAnnounced;

    /// <summary>Why it is over; null while it is not.</summary>
    public CloseReason? Reason => Volatile.Read(ref _reason);

    public bool IsOver => Reason is not null;

    /// <summary>Ends it.</summary>
    /// <returns>False if it was over already; the earlier reason stays.</returns>
    public bool TryEnd(CloseReason reason) => Interlocked.CompareExchange(ref _reason, reason, null) is null;

    /// <summary>Tells of the end, once, when nothing more follows from the connection.</summary>
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

    /// <summary>Lets a listener hear of the end, instead of the one before it; at once if the end was announced already.</summary>
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

using DeltaStream.Actors.Clients;
using DeltaStream.Node.Timing;

namespace DeltaStream.Node.Transports.Connections;

/// <summary>
/// How long a client may take to join. The time is paused while the server works on the client's request, and ends with the
/// connection if this listens to it.
/// </summary>
internal sealed class ConnectTimeout(Deadlines deadlines, TimeSpan time, Action expired) : IDeadline, ILinkListener
{
    private TimeSpan _remaining = time;
    private TimeSpan _until;
    private volatile bool _isRunning;

    /// <summary>Begins, or goes on: a request was answered, and the client has not joined.</summary>
    public void Run()
    {
        _until = deadlines.Now + _remaining;
        _isRunning = true;
        deadlines.Schedule(this, _until);
    }

    /// <summary>A request came, or the client is gone.</summary>
    public void Pause()
    {
        if (!_isRunning) return;
        _isRunning = false;
        _remaining = _until - deadlines.Now;
        deadlines.Cancel(this);
    }

    public void OnDue()
    {
        if (_isRunning) expired();
    }

    public void OnFault() => expired();

    public void Ready() { }

    public void Ended(CloseReason reason) => Pause();
}

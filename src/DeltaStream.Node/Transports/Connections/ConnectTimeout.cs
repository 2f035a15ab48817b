using DeltaStream.Actors.Clients;
using DeltaStream.Node.Timing;

namespace DeltaStream.Node.Transports.Connections;

/// <summary>
/// The time within which a client must join. It is paused while the server works on the client's request. It stops with the
/// connection if this object is attached as the connection's listener.
/// </summary>
/// <param name="deadlines">The timer.</param>
/// <param name="time">The time.</param>
/// <param name="expired">Refuses the client.</param>
/// <param name="close">Closes the connection if the refusal has thrown.</param>
internal sealed class ConnectTimeout(Deadlines deadlines, TimeSpan time, Action expired, Action close) : IDeadline, ILinkListener
{
    private TimeSpan _remaining = time;
    private TimeSpan _until;
    private volatile bool _isRunning;

    /// <summary>Starts or resumes the timeout: a request was answered, and the client has not joined.</summary>
    public void Run()
    {
        _until = deadlines.Now + _remaining;
        _isRunning = true;
        deadlines.Schedule(this, _until);
    }

    /// <summary>Pauses the timeout: a request came, or the client has gone.</summary>
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

    public void OnFault() => close();

    public void Ready() { }

    public void Ended(CloseReason reason) => Pause();
}

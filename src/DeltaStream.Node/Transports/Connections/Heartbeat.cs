namespace DeltaStream.Node.Transports.Connections;

/// <summary>
/// When a client is pinged and when it is given up: one absolute deadline, the opening or the last pong plus interval plus
/// timeout. Pure; the caller brings the time.
/// </summary>
internal sealed class Heartbeat(TransportSettings settings, TimeSpan now)
{
    private TimeSpan _pingDue = now + settings.PingInterval;
    private TimeSpan _deadline = now + settings.PingInterval + settings.PingTimeout;
    private bool _pinged;

    /// <summary>When it is to be looked at next.</summary>
    public TimeSpan NextDue => _pinged ? _deadline : _pingDue;

    /// <summary>Whether the pong has not come in time.</summary>
    public bool IsOver(TimeSpan now) => now >= _deadline;

    /// <summary>Whether a ping is to be sent now; then it counts as sent.</summary>
    public bool TakePing(TimeSpan now)
    {
        if (_pinged || now < _pingDue) return false;
        return _pinged = true;
    }

    /// <summary>A pong came.</summary>
    public void OnPong(TimeSpan now)
    {
        _pinged = false;
        _pingDue = now + settings.PingInterval;
        _deadline = _pingDue + settings.PingTimeout;
    }
}

using DeltaStream.Actors.Clients;
using DeltaStream.Node.Timing;

namespace DeltaStream.Node.Transports.Connections;

/// <summary>A connection with a heartbeat.</summary>
internal interface IPinged
{
    ConnectionEnd End { get; }

    void Ping();

    void Close(CloseReason reason);
}

/// <summary>
/// Pings a connection, and closes it if the pong does not come. The deadline is absolute: the opening or the last pong, plus
/// interval, plus timeout. A pong only records its time; the timer reads that at its next check.
/// </summary>
internal sealed class Heartbeat(IPinged connection, Deadlines deadlines, TransportSettings settings) : IDeadline
{
    private long _lastPong;
    private long _pingedAfter = -1;

    /// <summary>Whether the deadline of the pong has passed.</summary>
    public bool IsOver => deadlines.Now >= LastPong + settings.PingInterval + settings.PingTimeout;

    private TimeSpan LastPong => TimeSpan.FromTicks(Volatile.Read(ref _lastPong));

    /// <summary>Starts the heartbeat; the start counts as a pong.</summary>
    public void Start()
    {
        OnPong();
        deadlines.Schedule(this, deadlines.Now + settings.PingInterval);
    }

    public void OnPong() => Volatile.Write(ref _lastPong, deadlines.Now.Ticks);

    public void Stop() => deadlines.Cancel(this);

    public void OnDue()
    {
        if (connection.End.IsOver) return;
        if (IsOver)
        {
            connection.Close(CloseReason.PingTimeout);
            return;
        }
        var (now, last) = (deadlines.Now, LastPong);
        var isPinged = _pingedAfter == last.Ticks;
        if (!isPinged && now >= last + settings.PingInterval)
        {
            _pingedAfter = last.Ticks;
            isPinged = true;
            connection.Ping();
        }
        var next = last + settings.PingInterval + (isPinged ? settings.PingTimeout : TimeSpan.Zero);
        // A pong in the meantime may make a ping due earlier.
        deadlines.Schedule(this, isPinged && next > now + settings.PingInterval ? now + settings.PingInterval : next);
    }

    public void OnFault() => connection.Close(CloseReason.ServerError);
}

namespace DeltaStream.Node.Timing;

/// <summary>
/// The timeouts of all connections, behind one timer that checks all of them at each tick. Without timeouts the timer does not run,
/// so a node without connections does not wake up.
/// </summary>
internal sealed partial class Deadlines : IDisposable
{
    // The times are in the table itself, so that a tick reads one array and touches no connection.
    private readonly Dictionary<IDeadline, TimeSpan> _waiting = [];
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly TimeSpan _tick;
    private readonly ILogger? _log;
    private readonly ITimer _timer;
    private bool _isRunning;

    /// <param name="time">The clock.</param>
    /// <param name="tick">The time between two checks. A deadline fires less than two ticks late, and never early.</param>
    /// <param name="log">Gets the exceptions that deadlines throw.</param>
    public Deadlines(TimeProvider time, TimeSpan tick, ILogger? log = null)
    {
        _time = time;
        _start = time.GetTimestamp();
        _tick = tick;
        _log = log;
        _timer = time.CreateTimer(static state => ((Deadlines)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The time since the start. It is monotonic and does not follow the wall clock.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>The number of scheduled deadlines.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _waiting.Count;
        }
    }

    /// <summary>Schedules the deadline, or moves it. It fires once.</summary>
    public void Schedule(IDeadline deadline, TimeSpan due)
    {
        lock (_gate)
        {
            _waiting[deadline] = due;
            if (!_isRunning) Run(true);
        }
    }

    /// <summary>Removes the deadline. A call that has already begun still runs.</summary>
    public void Cancel(IDeadline deadline)
    {
        lock (_gate) _waiting.Remove(deadline);
    }

    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        List<IDeadline>? due = null;
        lock (_gate)
        {
            var now = Now;
            foreach (var (deadline, time) in _waiting)
            {
                if (time > now) continue;
                _waiting.Remove(deadline);
                (due ??= []).Add(deadline);
            }
            // The timer does not stop when the last deadline is cancelled: a client with one timeout after the other would stop and
            // start it each time.
            if (_waiting.Count == 0 && _isRunning) Run(false);
        }

        foreach (var deadline in due ?? []) Fire(deadline);
    }

    /// <summary>Catches every exception: on the timer's thread it would end the process with all its clients.</summary>
    private void Fire(IDeadline deadline)
    {
        try
        {
            deadline.OnDue();
        }
        catch (Exception e)
        {
            if (_log is not null) Failed(_log, e);
            Close(deadline);
        }
    }

    private void Close(IDeadline deadline)
    {
        try
        {
            deadline.OnFault();
        }
        catch (Exception e)
        {
            if (_log is not null) Failed(_log, e);
        }
    }

    private void Run(bool isRunning)
    {
        _isRunning = isRunning;
        var every = isRunning ? _tick : Timeout.InfiniteTimeSpan;
        _timer.Change(every, every);
    }

    [LoggerMessage(114, LogLevel.Error, "connection_deadline_failed", EventName = "connection_deadline_failed")]
    private static partial void Failed(ILogger log, Exception exception);
}

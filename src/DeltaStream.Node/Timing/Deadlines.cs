namespace DeltaStream.Node.Timing;

/// <summary>
/// All timeouts of all connections behind one timer: a wheel of slots, so that setting, moving and cancelling one costs the
/// same however many there are. With nothing to wait for, the timer does not run: a node without connections is not woken.
/// </summary>
internal sealed class Deadlines : IDisposable
{
    private const int Slots = 512;

    private readonly Lock _gate = new();
    private readonly Deadline?[] _slots = new Deadline?[Slots];
    private readonly List<Deadline> _due = [];
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly long _tick;
    private readonly ITimer _timer;
    private long _lastTick;
    private int _entries;
    private bool _running;

    /// <summary>Makes it; the timer runs once there is an entry.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="tick">How often the timer looks; a deadline is noticed less than two of these late.</param>
    public Deadlines(TimeProvider time, TimeSpan tick)
    {
        _time = time;
        _start = time.GetTimestamp();
        _tick = tick.Ticks;
        _timer = time.CreateTimer(static state => ((Deadlines)state!).Turn(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Time since the start: monotonic, never the wall clock.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Sets the entry's time, or moves it.</summary>
    public void Schedule(Deadline entry, TimeSpan due)
    {
        lock (_gate)
        {
            // Rounded up: what fires is due.
            var dueTick = Math.Max((due.Ticks + _tick - 1) / _tick, _lastTick + 1);
            if (entry.DueTick == dueTick) return;
            Unlink(entry);
            _entries++;
            if (!_running) Run(true);
            entry.DueTick = dueTick;
            ref var head = ref _slots[dueTick % Slots];
            entry.Next = head;
            if (head is not null) head.Previous = entry;
            head = entry;
        }
    }

    /// <summary>Takes the entry out; a call that is under way may still come.</summary>
    public void Cancel(Deadline entry)
    {
        lock (_gate) Unlink(entry);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Turn()
    {
        lock (_gate)
        {
            var nowTick = Now.Ticks / _tick;
            // After a pause longer than a whole turn every slot is looked at once.
            for (var tick = Math.Max(_lastTick + 1, nowTick - Slots + 1); tick <= nowTick; tick++) Collect(tick % Slots, nowTick);
            _lastTick = Math.Max(_lastTick, nowTick);
            // Not as soon as the last one is cancelled: who waits for one thing after the other would stop and start it each time.
            if (_entries == 0 && _running) Run(false);
            if (_due.Count == 0) return;
        }

        Fire();
    }

    private void Run(bool running)
    {
        _running = running;
        var every = running ? TimeSpan.FromTicks(_tick) : Timeout.InfiniteTimeSpan;
        _timer.Change(every, every);
    }

    private void Collect(long slot, long nowTick)
    {
        for (var entry = _slots[slot]; entry is not null;)
        {
            var next = entry.Next;
            if (entry.DueTick <= nowTick)
            {
                Unlink(entry);
                _due.Add(entry);
            }
            entry = next;
        }
    }

    private void Fire()
    {
        // Timer callbacks may overlap when one takes long: each fires what it takes from here.
        Deadline[] due;
        lock (_gate)
        {
            due = [.. _due];
            _due.Clear();
        }

        foreach (var entry in due) entry.OnDue();
    }

    private void Unlink(Deadline entry)
    {
        if (entry.DueTick == Deadline.NotScheduled) return;
        _entries--;
        if (entry.Previous is null) _slots[entry.DueTick % Slots] = entry.Next;
        else entry.Previous.Next = entry.Next;
        if (entry.Next is not null) entry.Next.Previous = entry.Previous;
        entry.Previous = entry.Next = null;
        entry.DueTick = Deadline.NotScheduled;
    }
}

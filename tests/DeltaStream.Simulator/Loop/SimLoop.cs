using Akka.Dispatch;

namespace DeltaStream.Simulator.Loop;

/// <summary>
/// The one thread and the one clock of a simulation. Actors that have work stand in one list, and a number of the seed picks the
/// next one; time passes only when no actor has work. So an order of messages that two threads could bring about can come up here,
/// and the same seed brings the same order.
/// </summary>
internal sealed class SimLoop(int seed)
{
    private readonly Random _picks = new(seed);
    private readonly PriorityQueue<Step, (long At, long Order)> _steps = new();
    private readonly List<(long Number, Lane Lane, IRunnable Run)> _ready = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _order;
    private long _number;

    /// <summary>The virtual time since the beginning.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>How often an actor had a turn.</summary>
    public long Turns { get; private set; }

    /// <summary>Changes with every pick, so that two runs that differ anywhere differ here.</summary>
    public ulong Picks { get; private set; }

    /// <summary>What ran outside of the loop; null if nothing did.</summary>
    public string? Escaped { get; private set; }

    /// <summary>True when the run must end, because a promise is broken.</summary>
    public bool IsOver { get; set; }

    public long NextNumber() => ++_number;

    public void CheckThread(object what)
    {
        if (Environment.CurrentManagedThreadId == _thread) return;
        Escaped ??= $"{what} is given work by another thread: {Environment.StackTrace}";
        IsOver = true;
    }

    public void Ready(Lane lane, long number, IRunnable run)
    {
        // In the order of their numbers, which does not depend on hash codes, as the order of arrival may.
        var at = _ready.Count;
        while (at > 0 && _ready[at - 1].Number > number) at--;
        _ready.Insert(at, (number, lane, run));
    }

    /// <summary>Does something later.</summary>
    public Step At(TimeSpan at, Action action) => Enqueue(at, action);

    public Step After(TimeSpan delay, Action action) => Enqueue(Now + delay, action);

    /// <summary>Lets time pass.</summary>
    public void RunUntil(TimeSpan until)
    {
        while (!IsOver)
        {
            if (_ready.Count > 0) Turn();
            else if (_steps.TryPeek(out var step, out var due) && due.At <= until.Ticks)
            {
                _steps.Dequeue();
                if (step.IsCancelled) continue;
                Now = new TimeSpan(due.At);
                step.Run();
            }
            else
            {
                Now = until;
                return;
            }
        }
    }

    private void Turn()
    {
        var index = _ready.Count == 1 ? 0 : _picks.Next(_ready.Count);
        var (number, lane, run) = _ready[index];
        _ready.RemoveAt(index);
        if (lane.IsDead) return;
        if (lane.IsPaused)
        {
            lane.Execute(run);
            return;
        }

        Turns++;
        Picks = (Picks * 0x100000001b3) ^ (ulong)number;
        run.Run();
    }

    private Step Enqueue(TimeSpan at, Action action)
    {
        CheckThread(action);
        var step = new Step(action);
        _steps.Enqueue(step, (Math.Max(at.Ticks, Now.Ticks), ++_order));
        return step;
    }
}

/// <summary>Something that will happen.</summary>
internal sealed class Step(Action action)
{
    private Action? _action = action;

    public bool IsCancelled => _action is null;

    public void Cancel() => _action = null;

    public void Run() => _action?.Invoke();
}

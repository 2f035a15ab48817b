using Akka.Dispatch;

namespace DeltaStream.Simulator.Loop;

/// <summary>
/// The process of one node: what it has to do, and whether it is paused or dead. A paused process does nothing; its timers and the
/// messages that reach it wait. A dead one never does anything again.
/// </summary>
internal sealed class Lane(SimLoop loop, string name)
{
    // A mailbox comes again and again, and its number must not depend on the order in which it got messages.
    private readonly Dictionary<IRunnable, long> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly Queue<Action> _waiting = new();
    private readonly List<(long Number, IRunnable Run)> _held = [];

    /// <summary>The lane whose actor system is being started by this thread.</summary>
    [field: ThreadStatic]
    public static Lane? Starting { get; set; }

    public string Name { get; } = name;

    public SimLoop Loop { get; } = loop;

    public bool IsPaused { get; private set; }

    public bool IsDead { get; private set; }

    public void Pause() => IsPaused = true;

    public void Resume()
    {
        if (!IsPaused) return;
        IsPaused = false;
        foreach (var (number, run) in _held) Loop.Ready(this, number, run);
        _held.Clear();
        while (!IsPaused && _waiting.TryDequeue(out var action)) action();
    }

    public void Die()
    {
        IsDead = true;
        _waiting.Clear();
        _held.Clear();
        _numbers.Clear();
    }

    /// <summary>An actor of the node has work.</summary>
    public void Execute(IRunnable run)
    {
        Loop.CheckThread(run);
        if (IsDead) return;
        if (!_numbers.TryGetValue(run, out var number))
        {
            number = Loop.NextNumber();
            if (run is Mailbox) _numbers.Add(run, number);
        }

        if (IsPaused) _held.Add((number, run));
        else Loop.Ready(this, number, run);
    }

    /// <summary>Something reaches the process: a timer, a message, an answer.</summary>
    public void Do(Action action)
    {
        if (IsDead) return;
        if (IsPaused) _waiting.Enqueue(action);
        else action();
    }
}

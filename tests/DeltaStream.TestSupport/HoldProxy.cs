using System.Net;

namespace DeltaStream.TestSupport;

/// <summary>
/// A TCP proxy that can hold back what passes through it, both ways, without closing anything: nobody is told that the other
/// side is out of reach, and what was held arrives when it is let go.
/// </summary>
/// <param name="listen">Where it listens; port 0: a free one.</param>
/// <param name="target">The port behind it, at 127.0.0.1.</param>
/// <param name="clientName">The name by which the connections to Redis call themselves that can be held; null: all can.</param>
public sealed class HoldProxy(IPEndPoint listen, int target, string? clientName = null) : TcpProxy(listen, target, clientName)
{
    private TaskCompletionSource? _held;

    /// <summary>How many connections can be held, or could while they lasted.</summary>
    public int Holdable => Marked;

    /// <summary>Nothing passes any more.</summary>
    public void Hold() => Interlocked.CompareExchange(ref _held, new(TaskCreationOptions.RunContinuationsAsynchronously), null);

    /// <summary>What was held passes, and all that follows.</summary>
    public void LetGo() => Interlocked.Exchange(ref _held, null)?.SetResult();

    protected override Task PassageAsync() => Volatile.Read(ref _held)?.Task.WaitAsync(Stopped) ?? Task.CompletedTask;
}
